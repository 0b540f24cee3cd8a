import { errorCodes } from '@gaze/contracts';
import type { ErrorCode } from '@gaze/contracts';
import { expect, test } from 'vitest';
import { fromWireError, GazeError, toWireError } from '../src/index.ts';

test.each(Object.keys(errorCodes) as ErrorCode[])('%s crosses the bus and is itself again', (code) => {
  const sent = new GazeError(code, 'A sentence.', { field: 'a.b', hint: 'Do this.', details: { n: 1 } });
  const received = fromWireError(
    JSON.parse(JSON.stringify(toWireError(sent))) as ReturnType<typeof toWireError>,
  );
  expect(received).toBeInstanceOf(GazeError);
  expect(received).toMatchObject({
    code,
    message: 'A sentence.',
    field: 'a.b',
    hint: 'Do this.',
    details: { n: 1 },
  });
});

test('what is not set does not travel, and the cause stays here', () => {
  const cause = new Error('password=hunter2');
  const error = new GazeError('not_found', 'Gone.', { cause });
  expect(error.cause).toBe(cause);
  expect(toWireError(error)).toEqual({ code: 'not_found', message: 'Gone.' });
});

test('an error of another library that has a known code is taken at its word', () => {
  const foreign = Object.assign(new Error('The disk is full.'), { code: 'storage_full' });
  expect(toWireError(foreign)).toEqual({ code: 'storage_full', message: 'The disk is full.' });
});

test.each([
  ['an unknown code', Object.assign(new Error('secret /home/me'), { code: 'ECONNREFUSED' })],
  ['a code of every object', Object.assign(new Error('secret'), { code: 'constructor' })],
  ['a code of every object, again', Object.assign(new Error('secret'), { code: '__proto__' })],
  ['no code', new Error('secret')],
  ['a code that is a number', Object.assign(new Error('secret'), { code: 404 })],
  ['a text', 'secret'],
  ['nothing', undefined],
])('%s becomes internal and says nothing', (_name, error) => {
  const wire = toWireError(error);
  expect(wire.code).toBe('internal');
  expect(JSON.stringify(wire)).not.toContain('secret');
});
