import { describe, expect, test } from 'vitest';
import { buildPreparing } from '../../src/db/prepared.ts';

const often = (prepare: ReturnType<typeof buildPreparing>, text: string, times = 30) =>
  Array.from({ length: times }, (_, i) => prepare(text, [i])).at(-1);

describe('statements that are planned once per connection', () => {
  test('are those that come again and again, under one name', () => {
    const prepare = buildPreparing();
    const text = 'update job set status = $1 where id = $2';
    expect(prepare(text, ['a', 'b'])).toEqual({ text, values: ['a', 'b'] });
    const named = often(prepare, text);
    expect(named?.name).toMatch(/^gaze_\d+$/);
    expect(prepare(text, [7])).toEqual({ text, values: [7], name: named?.name });
    expect(often(prepare, 'select 1 from job where id = $1')?.name).not.toBe(named?.name);
  });

  test.each([
    'begin',
    'select * from attempt where job_id = $1',
    'select slug from entity order by lower(name) limit $1',
    'select id from image where search @@ to_tsquery($1)',
    'select id from image where words ilike $1',
    'alter table job add column x int',
  ])('never are those whose plan or shape may change: %s', (text) => {
    expect(often(buildPreparing(), text)).not.toHaveProperty('name');
  });

  test('are not more than the connections can hold', () => {
    const prepare = buildPreparing();
    const names = Array.from({ length: 300 }, (_, i) => often(prepare, `delete from t${i}`)?.name);
    expect(new Set(names.filter((name) => name !== undefined)).size).toBe(80);
    expect(names[0]).toBe('gaze_0');
  });
});
