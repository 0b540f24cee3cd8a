import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { DomainError, parseOrientation } from '../../src/index.ts';
import { hostileText, patientMs } from '../support/hostile.ts';

vi.setConfig({ testTimeout: patientMs });

describe('parseOrientation', () => {
  test.each([
    ['1F', '1girl'],
    ['1m', '1boy'],
    ['2F', '2girls, yuri'],
    ['3M', '3boys, yaoi'],
    ['1F1M', '1girl, 1boy, hetero'],
    ['1M2F', '2girls, 1boy, hetero'],
    ['1F1F', '2girls, yuri'],
    [' 1 f 1 M ', '1girl, 1boy, hetero'],
    ['5F', '5girls, yuri'],
    ['6F', '6+girls, yuri'],
    ['3F4F2M', '6+girls, 2boys, hetero'],
    ['99999999999999999999M', '6+boys, yaoi'],
  ])('ORIENT-1 %s is %s', (code, tags) => {
    expect(parseOrientation(code).join(', ')).toBe(tags);
  });
  test.each(['0F', '1F0M', 'F', '1', '1X', 'girl', '1F,1M', '-1F', '1.5F', ''])(
    'ORIENT-2 «%s» is an error that names it',
    (code) => {
      expect(() => parseOrientation(code)).toThrow(expect.objectContaining({ code: 'data_error' }));
      expect(() => parseOrientation(code)).toThrow(`«${code}»`);
    },
  );
  test('ORIENT-3 never adds solo, never throws anything else, and cuts what it quotes', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.stringMatching(/^([0-9]{1,2}[FMfm] ?){1,4}$/)), (code) => {
        try {
          expect(parseOrientation(code)).not.toContain('solo');
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
          expect((error as DomainError).message.length).toBeLessThan(300);
        }
      }),
      { numRuns: 2000 },
    );
    expect(() => parseOrientation('9'.repeat(100_000))).toThrow(DomainError);
    expect(() => parseOrientation('1F'.repeat(50_000) + '!')).toThrow(DomainError);
  });
});
