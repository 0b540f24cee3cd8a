import { describe, expect, test } from 'vitest';
import { readCookie, sessionCookie, sessionCookieName } from '../../src/auth/cookie.ts';
import { readCredential } from '../../src/auth/credentials.ts';
import { hashPassword, isPasswordOf } from '../../src/auth/password.ts';
import { sameSecret } from '../../src/auth/secrets.ts';

const cookieName = 'gaze_session';

describe('what a sender shows', () => {
  test.each([
    [{ 'x-api-key': 'k' }, undefined, { by: 'key', secret: 'k' }],
    [{}, 'q', { by: 'key', secret: 'q' }],
    [{ 'x-api-key': 'k', cookie: 'gaze_session=s' }, 'q', { by: 'key', secret: 'k' }],
    [{ cookie: 'a=b; gaze_session=s; c=d' }, undefined, { by: 'session', secret: 's' }],
    [{ cookie: 'other_gaze_session=s' }, undefined, null],
    [{}, ['q', 'q'], { by: 'key', secret: '' }],
    [{}, undefined, null],
  ])('%j with %j', (headers: Record<string, string>, queryKey, expected) => {
    expect(readCredential({ headers, queryKey, cookieName })).toEqual(expected);
  });

  test('cookies are read whole', () => {
    expect(readCookie('a=1; b=x=y ;c', 'b')).toBe('x=y');
    expect(readCookie(undefined, 'b')).toBeUndefined();
  });

  test('two local houses have two cookies', () => {
    expect(sessionCookieName({ local: true, port: 1 })).not.toBe(sessionCookieName({ local: true, port: 2 }));
    expect(sessionCookieName({ local: false, port: 1 })).toBe('gaze_session');
    expect(sessionCookie(2, true)).toEqual({
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: true,
      maxAge: 172_800,
    });
  });
});

describe('secrets', () => {
  test('are compared whole', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    expect(sameSecret('abc', 'abcd')).toBe(false);
    expect(sameSecret('', 'a')).toBe(false);
  });

  test('the password is checked by argon2id, side by side too', async () => {
    const hash = await hashPassword('pässword');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hashPassword('pässword')).not.toBe(hash);
    const checks = ['pässword', 'password', '', 'pässword'].map((given) => isPasswordOf(hash, given));
    expect(await Promise.all(checks)).toEqual([true, false, false, true]);
    expect(await isPasswordOf('nonsense', 'nonsense')).toBe(false);
  });
});
