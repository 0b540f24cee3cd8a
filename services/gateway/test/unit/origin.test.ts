import { describe, expect, test } from 'vitest';
import { isLoopbackAddress, isLoopbackHost, isOwnOrigin } from '../../src/auth/origin.ts';

describe('[S9] names of this machine', () => {
  test.each([
    ['127.0.0.1:5782', true],
    ['localhost:5782', true],
    ['LocalHost:5782', true],
    ['[::1]:5782', true],
    ['localhost', false],
    ['localhost:80', false],
    ['localhost.:5782', false],
    ['127.0.0.2:5782', false],
    ['127.0.0.1.nip.example:5782', false],
    ['evil.example:5782', false],
    ['localhost:5782:5782', false],
    ['user@localhost:5782', false],
    ['', false],
    [undefined, false],
  ])('%s', (host, expected) => {
    expect(isLoopbackHost(host, 5782)).toBe(expected);
  });

  test('port 80 may be left out', () => {
    expect(isLoopbackHost('localhost', 80)).toBe(true);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.3.2.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['192.168.1.5', false],
  ['::ffff:10.0.0.1', false],
  ['1127.0.0.1', false],
  ['', false],
])('[S9] the address %s is of this machine: %s', (ip, expected) => {
  expect(isLoopbackAddress(ip)).toBe(expected);
});

describe('[S9] pages of our own', () => {
  const host = '127.0.0.1:5782';
  const facts = { origin: undefined, fetchSite: undefined, host, allowed: ['https://gaze.example'] };
  test.each([
    [{ origin: 'http://127.0.0.1:5782' }, true],
    [{ origin: 'http://localhost:5782' }, false],
    [{ origin: 'http://127.0.0.1' }, false],
    [{ origin: 'https://gaze.example' }, true],
    [{ origin: 'https://gaze.example.evil' }, false],
    [{ origin: 'null' }, false],
    [{ origin: '' }, false],
    [{ origin: 'nonsense', host: 'also nonsense?' }, false],
    [{ origin: 'https://gaze.home', host: 'gaze.home' }, true],
    [{ origin: 'https://gaze.home', host: 'gaze.home:443' }, true],
    [{ fetchSite: 'cross-site' }, false],
    [{ fetchSite: 'same-site' }, false],
    [{ fetchSite: 'same-origin' }, true],
    [{ fetchSite: 'none' }, true],
    [{}, true],
  ])('%j', (given, expected) => {
    expect(isOwnOrigin({ ...facts, ...given })).toBe(expected);
  });
});
