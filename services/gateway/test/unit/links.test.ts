import { describe, expect, test } from 'vitest';
import { isLinkToken, linkToken } from '../../src/auth/links.ts';

const nonce = 'abcdefghijklmnopqrstuv';
const until = 1_800_000_000_000;

describe('the token of a further link', () => {
  test('counts for whoever has the secret, until its time is over', () => {
    const token = linkToken('secret of this start', until, nonce);
    expect(isLinkToken('secret of this start', token, until - 1)).toBe(true);
    expect(isLinkToken('secret of this start', token, until)).toBe(false);
    expect(isLinkToken('secret of another start', token, until - 1)).toBe(false);
  });

  test('cannot be made longer, changed or guessed', () => {
    const token = linkToken('secret of this start', until, nonce);
    for (const forged of [
      token.replace('18', '19'),
      token.replace('abc', 'abd'),
      `${token}A`,
      token.slice(0, -1),
      `${until}-${nonce}.`,
      `${until}-${nonce}`,
      '',
    ])
      expect(isLinkToken('secret of this start', forged, until - 1), forged).toBe(false);
  });
});
