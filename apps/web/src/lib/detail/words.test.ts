import { categories } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { checkpointFacts } from './checkpoint-facts.ts';
import { tagFacts, textAt } from './facts.ts';
import { problemPlace } from './problem-place.ts';
import { promptsAsText } from './prompts-text.ts';
import { drawnWords } from './unresolved.ts';

describe('textAt', () => {
  const data = { tags: { series: ' Salt ', list: ['a', 2, 'b'], deep: { x: 1 } }, steps: 20 };

  it('reads text, lists and numbers, and nothing else', () => {
    expect(textAt(data, 'tags', 'series')).toBe('Salt');
    expect(textAt(data, 'tags', 'list')).toBe('a, b');
    expect(textAt(data, 'steps')).toBe('20');
    expect([textAt(data, 'tags', 'deep'), textAt(data, 'tags', 'none'), textAt(data, 'steps', 'x')]).toEqual([
      '',
      '',
      '',
    ]);
    expect(textAt(data, 'toString')).toBe('');
  });

  it('makes the line under a name of the declared tags', () => {
    expect(
      tagFacts(categories.characters, { tags: { origin_type: 'game', origin_series: 'Northern Line' } }),
    ).toEqual(['Northern Line', 'Game']);
    expect(tagFacts(categories.characters, { tags: ['nsfw'] })).toEqual([]);
  });
});

describe('checkpointFacts', () => {
  it('says what counts where the file is silent', () => {
    const { settings } = checkpointFacts({});
    expect(settings.map(({ label, value, isUsual }) => [label, value, isUsual])).toEqual([
      ['Steps', '25', true],
      ['CFG', '5', true],
      ['Sampler', 'euler_ancestral', true],
      ['Scheduler', 'normal', true],
      ['VAE', 'its own', true],
    ]);
  });

  it('takes what the file says', () => {
    const facts = checkpointFacts({
      steps: 24,
      cfg: '4.5',
      clip_skip: 2,
      vae: 'Integrated',
      base_positive: ['masterpiece', 'ink'],
    });
    expect(Object.fromEntries(facts.settings.map(({ label, value }) => [label, value]))).toMatchObject({
      Steps: '24',
      CFG: '4.5',
      'CLIP skip': '2',
      VAE: 'its own',
    });
    expect(facts.prompts[0]?.text).toBe('masterpiece, ink');
  });
});

it.each([
  ['recipe.checkpoint', 'checkpoint'],
  ['checkpoint', 'checkpoint'],
  ['body/width', 'size'],
  ['recipe.height', 'size'],
  ['seed', 'seed'],
  ['count', 'count'],
  ['parts.looks.0.slug', 'companions'],
  ['extra_positive', 'extra_positive'],
  ['recipe.extra_negative', 'extra_negative'],
  ['identity::hair', 'fields'],
  ['owner.slug', 'all'],
  [undefined, 'all'],
])('shows a fault of %s at %s', (field, place) => expect(problemPlace(field)).toBe(place));

it('copies the prompts that there are', () => {
  expect(promptsAsText({ main: 'a, b', face: '', hand: 'c', negative: 'd' })).toBe(
    'Main:\na, b\n\nHand:\nc\n\nNegative:\nd',
  );
});

it('says in words what is drawn, and nothing about what is still on its way', () => {
  expect(
    drawnWords([
      { kind: 'random', category: 'actions' },
      { kind: 'field', category: 'characters', name: 'bex', field: 'identity::base_specs' },
      { kind: 'not_loaded', category: 'looks', name: 'x' },
    ]),
  ).toEqual(['random action', 'base, or not']);
});
