import { describe, expect, test } from 'vitest';
import { requirements } from '../requirements.ts';
import { citationsIn } from './citations.ts';
import { read, sourceFiles } from './tree.ts';

const citations = sourceFiles()
  .filter((file) => /\.(test|spec)\.ts$/.test(file) && file !== 'tests/architecture/requirements.test.ts')
  .flatMap((file) => citationsIn(read(file)).map((id) => ({ id, file })));
const known = new Set(requirements.map(({ id }) => id));
const proven = new Set(citations.map(({ id }) => id));

describe('the requirements', () => {
  test('have each an id of its own and a promise in a sentence', () => {
    expect(known.size).toBe(requirements.length);
    for (const { id, promise, cannotProveHere } of requirements) {
      expect(id).toMatch(/^([a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*|[RS]\d+)$/);
      expect(promise).toMatch(/^\S.*\.$/);
      if (cannotProveHere !== undefined) expect(cannotProveHere).toMatch(/^\S.*\.$/);
    }
  });

  test('are each proven by a test, but for those that cannot be here', () => {
    const open = requirements.filter(
      ({ id, cannotProveHere }) => cannotProveHere === undefined && !proven.has(id),
    );
    expect(open.map(({ id, promise }) => `No test cites verifies('${id}', …): ${promise}`)).toEqual([]);
  });

  test('are cited by nothing that does not exist', () => {
    const unknown = citations.filter(({ id }) => !known.has(id));
    expect(
      unknown.map(({ id, file }) => `${file} cites «${id}», which tests/requirements.ts does not have.`),
    ).toEqual([]);
  });

  test('that cannot be proven here are not said to be', () => {
    const said = requirements.filter(
      ({ id, cannotProveHere }) => cannotProveHere !== undefined && proven.has(id),
    );
    expect(said).toEqual([]);
  });
});

describe('a citation', () => {
  test.each([
    ["test(verifies('a.b', 'x'), () => {})", ['a.b']],
    ["describe(verifies(['R1', 'R2'], 'x'), () => {})", ['R1', 'R2']],
    ["test.skipIf(no)(verifies('a.b', 'x'), f)", ['a.b']],
    ["test.describe(\n  verifies(\n    'a.b',\n    'x'),", ['a.b']],
    ["expect(verifies(['R1'], 'x')).toBe('y')", []],
    ["// test(verifies('a.b', 'x'))", []],
    ["const text = \"test(verifies('a.b', 'x'))\"", []],
  ])('is found as the name of a test and nowhere else: %s', (code, ids) => {
    expect(citationsIn(code)).toEqual(ids);
  });
});
