import { expect } from 'vitest';

// Vitest's matchers are of type any; these are of none.
export const containing = (text: string): unknown => expect.stringContaining(text);
export const anyNumber: unknown = expect.any(Number);
export const anyText: unknown = expect.any(String);
