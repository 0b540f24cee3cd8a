import { describe, expect, test } from 'vitest';
import { whyForbidden } from '../src/net/addresses.ts';

describe('an address', () => {
  const why = (address: string, leadsTo: string[] = []) =>
    whyForbidden(new URL(address), () => Promise.resolve(leadsTo));

  test.each(['http://127.0.0.1:11434/v1', 'http://192.168.1.5/v1', 'http://[::1]:1234', 'https://1.1.1.1'])(
    '%s may be called',
    async (address) => {
      expect(await why(address)).toBeNull();
    },
  );

  test.each([
    'http://169.254.169.254/latest',
    'http://[fe80::1]/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'http://2852039166/',
    'ftp://a/',
    'file:///etc/passwd',
  ])('%s may not', async (address) => {
    expect(await why(address)).toMatch(/\.$/);
  });

  test('is judged by where its name leads', async () => {
    expect(await why('http://innocent.example/', ['10.0.0.1', '169.254.169.254'])).toMatch(/never called/);
    expect(await why('http://innocent.example/', ['10.0.0.1'])).toBeNull();
  });
});
