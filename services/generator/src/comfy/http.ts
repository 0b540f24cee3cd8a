import type { z } from 'zod';
import { HostUnreachable } from './errors.ts';
import type { TroubleKind } from './errors.ts';
import { buildHostGuard } from './guard.ts';

/** Lists of classes run to megabytes, histories hold whole graphs; nothing honest is larger than this. */
const maxJsonBytes = 128 * 1024 * 1024;

export interface AskOptions {
  method?: 'GET' | 'POST' | 'HEAD';
  body?: unknown;
  /** Milliseconds until the last byte; `silentMs` where it is left out. */
  limitMs?: number;
}

export interface ComfyHttp {
  readonly url: string;
  /** Any answer, whatever its status. @throws HostUnreachable where none comes */
  ask: (path: string, options?: AskOptions) => Promise<Response>;
  /** The body of a good answer, in a shape. @throws HostUnreachable for every other one */
  json: <T extends z.ZodType>(path: string, schema: T, options?: AskOptions) => Promise<z.output<T>>;
  /** The bytes of an answer. @throws HostUnreachable where they are too many or do not arrive whole */
  bytes: (path: string, response: Response, maxBytes: number) => Promise<Buffer>;
  /** The error for an answer that was not asked for; lets go of its body. */
  unexpected: (path: string, response: Response) => Promise<HostUnreachable>;
}

/**
 * Plain HTTP to one ComfyUI. Redirects are never followed: a host answers itself. Nothing of a browser goes along, and
 * nothing goes to link-local or metadata addresses, wherever the host's name leads.
 * @param options.silentMs after this long without an answer a host counts as silent
 */
export function buildComfyHttp(url: string, options: { signal: AbortSignal; silentMs: number }): ComfyHttp {
  const guard = buildHostGuard(url);

  async function ask(path: string, given: AskOptions = {}): Promise<Response> {
    const why = await guard();
    if (why !== null) throw new HostUnreachable(url, undefined, why);
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(given.limitMs ?? options.silentMs)]);
    const body =
      given.body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(given.body) };
    try {
      return await fetch(url + path, { method: given.method ?? 'GET', ...body, redirect: 'error', signal });
    } catch (error) {
      throw new HostUnreachable(url, error);
    }
  }

  async function unexpected(path: string, response: Response): Promise<HostUnreachable> {
    await response.body?.cancel().catch(() => undefined);
    const { status } = response;
    return new HostUnreachable(url, undefined, statusInWords(path, status), kindOfStatus(status));
  }

  async function bytes(path: string, response: Response, maxBytes: number): Promise<Buffer> {
    const declared = Number(response.headers.get('content-length') ?? '0');
    const tooMuch = (): HostUnreachable =>
      new HostUnreachable(url, undefined, `${path} sends more than ${Math.round(maxBytes / 2 ** 20)} MB`);
    if (declared > maxBytes) {
      await response.body?.cancel().catch(() => undefined);
      throw tooMuch();
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      const body: AsyncIterable<Uint8Array> | null = response.body;
      for await (const chunk of body ?? noBytes()) {
        length += chunk.length;
        if (length > maxBytes) break;
        chunks.push(chunk);
      }
    } catch (error) {
      throw new HostUnreachable(url, error, `the answer to ${path} did not arrive whole`);
    }
    if (length > maxBytes) throw tooMuch();
    // With a content encoding the declared length is that of the packed bytes.
    const packed = response.headers.has('content-encoding');
    if (!packed && length < declared) {
      throw new HostUnreachable(url, undefined, `only ${length} of ${declared} bytes of ${path} came`);
    }
    return Buffer.concat(chunks);
  }

  return {
    url,
    ask,
    unexpected,
    bytes,
    async json(path, schema, given) {
      const response = await ask(path, given);
      if (!response.ok) throw await unexpected(path, response);
      const text = (await bytes(path, response, maxJsonBytes)).toString('utf8');
      const parsed = schema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw new HostUnreachable(url, parsed.error, `${path} answered something that is not ComfyUI's`);
    },
  };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // An answer without a body.
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOfStatus(status: number): TroubleKind {
  if ([401, 403, 407].includes(status)) return 'refused';
  return [502, 503, 504].includes(status) ? 'unreachable' : 'not_comfyui';
}

/** What a status means where ComfyUI stands, for a person who can change it. */
function statusInWords(path: string, status: number): string {
  switch (status) {
    case 401:
    case 407:
      return `it asks for a login (${status}); GAZE needs an address that lets it in`;
    case 403:
      return 'it refuses strangers (403): its guard against other origins, or a proxy in front of it, turned GAZE away; start ComfyUI with --enable-cors-header or correct the proxy';
    case 404:
      return `it does not know ${path} (404); there may be no ComfyUI at this address`;
    case 502:
    case 503:
    case 504:
      return `the proxy in front of it finds no ComfyUI (${status})`;
    default:
      return `${path} answered ${status}`;
  }
}
