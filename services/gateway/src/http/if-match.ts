import { GazeError } from '@gaze/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';

const etag = /^(?:W\/)?"([0-9a-f]{64})"$/;

/** The version that a request is made on; nothing for `*`, or without the header where it may be left out. */
export function ifMatchOf(request: FastifyRequest, needed: 'needed' | 'optional'): { if_match?: string } {
  const header = request.headers['if-match']?.trim();
  if (header === '*' || (header === undefined && needed === 'optional')) return {};
  const revision = etag.exec(header ?? '')?.[1];
  if (revision !== undefined) return { if_match: revision };
  throw new GazeError(
    'invalid_input',
    header === undefined
      ? 'An edit says which version it was made on: send the ETag of that version as If-Match, or * for whatever is there.'
      : 'If-Match must be one ETag as GAZE gave it out, or *.',
    { field: 'if-match' },
  );
}

/** Hands the revision of an answer out as its ETag. */
export function withEtag<T extends { entity: { revision: string } }>(reply: FastifyReply, written: T): T {
  void reply.header('etag', `"${written.entity.revision}"`);
  return written;
}

/** Who asks, as revisions name it. */
export function byOf(request: FastifyRequest): { by: string } {
  const { principal } = request;
  return { by: principal === null || principal.by === 'session' ? 'user' : principal.name };
}
