import { expect, test } from 'vitest';
import { LastAsked, News, mergeAnswer } from './news.ts';

interface Row {
  id: string;
  text: string;
}
const row = (id: string, text = 'answered'): Row => ({ id, text });

test('what was heard before the question is older than its answer, what was heard after it is newer', () => {
  const news = new News();
  news.heard('a');
  const asked = news.asked();
  news.heard('b');
  expect(['a', 'b', 'c'].map((id) => news.isNewer(id, asked))).toEqual([false, true, false]);
  news.forget('b');
  expect(news.isNewer('b', asked)).toBe(false);
});

test('of two questions the later one counts, whichever is answered first', () => {
  const questions = new LastAsked();
  const first = questions.begin();
  expect(first()).toBe(true);
  const second = questions.begin();
  expect([first(), second()]).toEqual([false, true]);
});

test('an answer keeps its order; what is newer stays as it is shown', () => {
  const shown = [row('a', 'shown'), row('b', 'shown')];
  const merged = mergeAnswer(shown, [row('b'), row('a'), row('c')], (id) => id === 'b');
  expect(merged).toEqual([row('b', 'shown'), row('a'), row('c')]);
});

test('what came meanwhile stands in front; what went meanwhile does not come back', () => {
  const merged = mergeAnswer([row('new', 'shown')], [row('a'), row('gone')], (id) => id !== 'a');
  expect(merged).toEqual([row('new', 'shown'), row('a')]);
});

test('what the answer does not have any more goes, unless it is newer', () => {
  expect(mergeAnswer([row('old')], [], () => false)).toEqual([]);
});
