import { GazeError } from '@gaze/runtime';
import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';

/**
 * Refuses text that no database and no file could keep: characters of number zero, and halves of characters. Looked
 * for in one place, before any route, because every text ends up in one of them.
 */
export function registerCleanText(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const given = [
      { place: 'the body', value: request.body, code: 'invalid_input' },
      // What no route reads is not looked at.
      {
        place: 'the query',
        value: request.routeOptions.schema?.querystring === undefined ? {} : request.query,
        code: 'invalid_input',
      },
      { place: 'the address', value: request.params, code: 'malformed_request' },
    ] as const;
    for (const { place, value, code } of given) {
      const path = unkeepable(value);
      if (path === null) continue;
      const field = path.join('.');
      const said = `«${field}» in ${place} has a character that cannot be stored (a NUL, or half of a character).`;
      const hint = 'Take the character out and send it again.';
      done(new GazeError(code, said, { field, hint }));
      return;
    }
    done();
  });
}

/** What came as JSON or as parameters; a body of bytes is a buffer or a stream. */
const isData = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Readable);

/** The path to the first text that cannot be kept; null where there is none. */
function unkeepable(value: unknown): string[] | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? [] : null;
  if (!isData(value)) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (unkeepable(key) !== null) return [JSON.stringify(key)];
    const found = unkeepable(inner);
    if (found !== null) return [key, ...found];
  }
  return null;
}
