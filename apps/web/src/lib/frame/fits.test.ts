import { describe, expect, it } from 'vitest';
import { fits } from './fits.ts';

const hosts = { label: 'Settings: ComfyUI hosts', words: 'server gpu', isQuiet: true };

describe('fits', () => {
  it('finds by beginnings of words, in any order', () => {
    expect(fits(hosts, 'host set')).toBe(true);
    expect(fits(hosts, 'GPU')).toBe(true);
    expect(fits(hosts, 'osts')).toBe(false);
    expect(fits(hosts, 'hosts queue')).toBe(false);
  });

  it('keeps what is quiet for those who type', () => {
    expect(fits(hosts, ' ')).toBe(false);
    expect(fits({ label: 'Gallery' }, '')).toBe(true);
  });
});
