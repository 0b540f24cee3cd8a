import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** As much of an S3 server as pictures need, in memory: no real one can be had on a build machine without containers. */
export interface S3Server extends AsyncDisposable {
  url: string;
  keys: () => string[];
  /** Takes the server off the network; what it holds stays. */
  down: () => Promise<void>;
  up: () => Promise<void>;
  /** Takes no further bytes until it is free again, as MinIO says it. */
  fill: () => void;
  free: () => void;
}

interface Held {
  bytes: Buffer;
  etag: string;
  at: Date;
}

export async function s3Server(bucket: string): Promise<S3Server> {
  const objects = new Map<string, Held>();
  let port = 0;
  let server: Server | null = null;
  let isFull = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, name = '', ...rest] = url.pathname.split('/');
    const key = rest.map(decodeURIComponent).join('/');
    const body = await buffer(request);
    if (name !== bucket) {
      send(response, 404);
      return;
    }
    if (key === '') {
      const isList = request.method === 'GET' && !url.searchParams.has('location');
      send(response, 200, isList ? listing(url.searchParams) : '<LocationConstraint/>');
      return;
    }
    const source = request.headers['x-amz-copy-source'];
    if (request.method === 'PUT' && isFull) {
      send(response, 507, '<Error><Code>XMinioStorageFull</Code><Message>No room.</Message></Error>');
      return;
    }
    if (request.method === 'PUT') {
      const from = typeof source === 'string' ? decodeURIComponent(source).replace(/^\/?[^/]+\//, '') : null;
      const bytes = from === null ? body : objects.get(from)?.bytes;
      if (bytes === undefined) {
        send(response, 404);
        return;
      }
      const held = { bytes, etag: createHash('md5').update(bytes).digest('hex'), at: new Date() };
      objects.set(key, held);
      response.setHeader('etag', `"${held.etag}"`);
      send(
        response,
        200,
        from === null
          ? ''
          : `<CopyObjectResult><ETag>"${held.etag}"</ETag><LastModified>${held.at.toISOString()}</LastModified></CopyObjectResult>`,
      );
      return;
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      send(response, 204);
      return;
    }
    sendObject(request, response, objects.get(key));
  }

  function listing(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const found = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const contents = found.map((key) => {
      const { bytes, etag, at } = objects.get(key) as Held;
      return `<Contents><Key>${key}</Key><LastModified>${at.toISOString()}</LastModified><ETag>"${etag}"</ETag><Size>${bytes.length}</Size></Contents>`;
    });
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
  }

  async function up(): Promise<void> {
    const next = createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    ({ port } = next.address() as AddressInfo);
    server = next;
  }
  async function down(): Promise<void> {
    const last = server;
    server = null;
    if (last === null) return;
    last.closeAllConnections();
    await new Promise((resolve) => last.close(resolve));
  }
  await up();
  return {
    url: `http://127.0.0.1:${port}`,
    keys: () => [...objects.keys()].sort(),
    fill: () => void (isFull = true),
    free: () => void (isFull = false),
    ...{ up, down, [Symbol.asyncDispose]: down },
  };
}

function sendObject(request: IncomingMessage, response: ServerResponse, held: Held | undefined): void {
  if (held === undefined) return send(response, 404);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const [from, to] = [Number(range?.[1] ?? 0), range?.[2] ? Number(range[2]) + 1 : held.bytes.length];
  const bytes = held.bytes.subarray(from, to);
  response.writeHead(range === null ? 200 : 206, {
    ...{ etag: `"${held.etag}"`, 'last-modified': held.at.toUTCString(), 'content-length': bytes.length },
    ...(range === null
      ? {}
      : { 'content-range': `bytes ${from}-${from + bytes.length - 1}/${held.bytes.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function send(response: ServerResponse, status: number, xml = ''): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(xml);
}
