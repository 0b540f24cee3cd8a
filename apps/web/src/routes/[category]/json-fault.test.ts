import { ApiError } from '@gaze/client';
import { describe, expect, it } from 'vitest';
import { faultOf, offsetAt } from './json-fault.ts';

const refusal = (status: number, details?: unknown): ApiError =>
  new ApiError({
    ...{ type: 'about:blank', title: 'Refused', status, code: 'data_error', detail: 'A comma is missing.' },
    ...(details === undefined ? {} : { details }),
  });

describe('faultOf', () => {
  it('tells the place of a fault', () => {
    expect(faultOf(refusal(422, { kind: 'syntax', line: 3, column: 7, pointer: null }))).toEqual({
      ...{ message: 'A comma is missing.', line: 3, column: 7, pointer: null },
    });
    expect(faultOf(refusal(422, { line: null, pointer: '/lora' }))).toMatchObject({ pointer: '/lora' });
  });

  it('is silent about refusals that are not about the text', () => {
    expect(faultOf(refusal(409, { id: 'elke' }))).toBeNull();
    expect(faultOf(refusal(422))).toBeNull();
    expect(faultOf(refusal(422, { field: 'id' }))).toBeNull();
    expect(faultOf(new Error('x'))).toBeNull();
  });
});

describe('offsetAt', () => {
  it('counts lines and columns from 1', () => {
    expect(offsetAt('ab\ncd\ne', 1, 1)).toBe(0);
    expect(offsetAt('ab\ncd\ne', 2, 2)).toBe(4);
    expect(offsetAt('ab\ncd\ne', 3, 1)).toBe(6);
  });

  it('stays in the text', () => {
    expect(offsetAt('ab', 5, 1)).toBe(2);
    expect(offsetAt('ab', 1, 99)).toBe(2);
  });
});
