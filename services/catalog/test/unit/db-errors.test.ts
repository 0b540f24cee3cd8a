import { GazeError } from '@gaze/runtime';
import { describe, expect, test } from 'vitest';
import { isDatabaseAway, isUniqueViolation, typedDbError } from '../../src/db/errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('said by pg'), { code });

describe('typedDbError', () => {
  test.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '53300', '57014', '40001'])(
    '%s means «not now»',
    (code) => {
      const typed = typedDbError(withCode(code));
      expect(typed).toMatchObject({ code: 'unavailable' });
      expect(isDatabaseAway(typed)).toBe(true);
    },
  );

  test.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('«%s» comes without a code and means the same', (message) => {
    expect(typedDbError(new Error(message))).toMatchObject({ code: 'unavailable' });
  });

  test('a full disk, and a text that cannot be stored, are told apart', () => {
    expect(typedDbError(withCode('53100'))).toMatchObject({ code: 'storage_full' });
    expect(typedDbError(withCode('22021'))).toMatchObject({ code: 'invalid_input' });
  });

  test('anything else stays itself', () => {
    const violation = withCode('23505');
    expect(typedDbError(violation)).toBe(violation);
    expect(isUniqueViolation(violation)).toBe(true);
    const ours = new GazeError('not_found', 'There is none.');
    expect(typedDbError(ours)).toBe(ours);
    expect(isDatabaseAway(violation)).toBe(false);
  });
});
