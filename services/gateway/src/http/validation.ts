import type { WireError } from '@gaze/contracts';
import type { FastifyError } from 'fastify';

type Context = NonNullable<FastifyError['validationContext']>;
const places: Record<string, string> = {
  body: 'the body',
  querystring: 'the query',
  params: 'the address',
  headers: 'the headers',
};

/** What a failed check of a request says to its sender: the first fault, its field, in a sentence. */
export function validationError(error: FastifyError): WireError {
  const context: Context = error.validationContext ?? 'body';
  const issue = error.validation?.[0];
  if (issue === undefined) return { code: 'invalid_input', message: 'The request is not valid.' };
  const path = issue.instancePath.split('/').filter((part) => part !== '');
  const unknown = issue.keyword === 'unrecognized_keys' ? unknownKeys(issue.params) : [];
  const field = [...path, ...unknown.slice(0, 1)].join('.');
  return {
    code: codeFor(context, issue.keyword),
    message: sentence(context, field, unknown, issue.message ?? 'not valid'),
    ...(field === '' ? {} : { field }),
  };
}

/** An address that names no possible thing is not there; one in characters that no address has is malformed. */
function codeFor(context: Context, keyword: string): WireError['code'] {
  if (context !== 'params') return 'invalid_input';
  return keyword === 'invalid_value' ? 'not_found' : 'malformed_request';
}

function sentence(context: Context, field: string, unknown: readonly string[], message: string): string {
  const place = places[context] ?? context;
  if (unknown.length > 0)
    return `${place} has a field that is not known here: ${unknown.join(', ')}.`.replace(/^./, upper);
  if (field === '') return context === 'body' ? 'The request needs a JSON body.' : `${place}: ${message}.`;
  return `«${field}» in ${place}: ${message.replace(/\.$/, '')}.`;
}

const upper = (letter: string): string => letter.toUpperCase();

function unknownKeys(params: unknown): string[] {
  const keys = typeof params === 'object' && params !== null && 'keys' in params ? params.keys : [];
  return Array.isArray(keys) ? keys.map(String) : [];
}
