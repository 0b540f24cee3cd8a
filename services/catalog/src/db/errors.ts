import { GazeError } from '@gaze/runtime';

/** Codes of Node and of Postgres that say «the database cannot be reached, or not now». */
const away = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // a Unix socket that is not there
  '57P01', // the server shuts down
  '57P02', // the server crashed
  '57P03', // the server starts
  '53300', // too many connections
  '57014', // the statement took too long
  '40001', // two transactions crossed; the same question again succeeds
  '40P01',
]);
/** What pg throws without a code. */
const awayMessages =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|cannot use a pool after calling end/i;

const full = '53100';
/** A text holds NUL, or half of a surrogate pair where jsonb wants whole ones. */
const unstorable = new Set(['22021', '22P05']);

/**
 * An error of pg as one of the closed set, where it says something that a person can act on: the database is away,
 * its disk is full, a text cannot be stored. Any other stays as it is, so that a violated constraint can still be told.
 */
export function typedDbError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof GazeError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (away.has(code) || code.startsWith('08') || awayMessages.test(error.message)) {
    return new GazeError('unavailable', 'The database does not answer.', { cause: error });
  }
  if (code === full)
    return new GazeError('storage_full', 'The disk of the database is full.', { cause: error });
  if (unstorable.has(code)) {
    return new GazeError(
      'invalid_input',
      'A text holds a character that cannot be stored (NUL or half a character).',
      { cause: error },
    );
  }
  return error;
}

/** Whether an error means that the database is away and the same question may succeed later. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof GazeError && error.code === 'unavailable';

/** Whether a unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
