import { buffer } from 'node:stream/consumers';
import type { Client } from 'minio';
import type { ObjectEntry } from './store.ts';

/** One answer to ListObjectsV2. */
interface Page {
  entries: ObjectEntry[];
  /** Null at the end. */
  token: string | null;
}

const pageSize = 1000;

/**
 * All objects below `prefix` after `after`, page by page, in the server's order.
 *
 * The client's own listing asks for URL-encoded names and decodes whatever comes; servers that do not encode then seem
 * to hold other names than they do (`+` and `%` change). This one asks for plain XML, which holds every key of ours.
 */
export async function* listObjects(
  client: Client,
  bucket: string,
  prefix: string,
  after = '',
): AsyncGenerator<ObjectEntry> {
  let token: string | null = null;
  do {
    const page: Page = await ask(client, bucket, {
      'list-type': '2',
      'max-keys': String(pageSize),
      prefix,
      ...(token !== null ? { 'continuation-token': token } : after !== '' ? { 'start-after': after } : {}),
    });
    yield* page.entries;
    ({ token } = page);
  } while (token !== null);
}

async function ask(client: Client, bucketName: string, parameters: Record<string, string>): Promise<Page> {
  // The signature counts on sorted parameters.
  const query = Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${escapeQuery(value)}`)
    .join('&');
  const response = await client.makeRequestAsync({ method: 'GET', bucketName, query });
  return readPage((await buffer(response)).toString());
}

const escapeQuery = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Reads the XML of a ListBucketResult. An entry without name, size or etag is none. */
export function readPage(xml: string): Page {
  const entries = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].flatMap(([, body = '']) => {
    const [key, size, etag] = [textOf(body, 'Key'), textOf(body, 'Size'), textOf(body, 'ETag')];
    if (key === null || size === null || etag === null) return [];
    return [
      {
        key,
        bytes: Number(size),
        // Some servers send the quotes along, some do not.
        etag: `"${etag.replaceAll('"', '')}"`,
        modified: new Date(textOf(body, 'LastModified') ?? 0),
      },
    ];
  });
  const isCut = textOf(xml, 'IsTruncated') === 'true';
  return { entries, token: isCut ? textOf(xml, 'NextContinuationToken') : null };
}

function textOf(xml: string, element: string): string | null {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
  return text === undefined ? null : unescapeXml(text);
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return named[name ?? ''] ?? whole;
    },
  );
}
