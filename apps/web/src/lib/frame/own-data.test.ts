import { expect, test } from 'vitest';
import { ownData } from './own-data.ts';

test('a page keeps what it was opened with when the data of the next page come', () => {
  let data: { category?: string } = { category: 'looks' };
  const own = ownData(() => data.category);
  expect(own()).toBe('looks');
  data = { category: 'scenes' };
  expect(own()).toBe('scenes');
  data = {};
  expect(own()).toBe('scenes');
});

test('a page that never had its data says so', () => {
  expect(ownData(() => undefined)).toThrow('without its data');
});
