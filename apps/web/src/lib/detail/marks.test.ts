import type { SnapshotPart } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { companionId, marksOf, triggerKeys } from './marks.ts';

const owner = { category: 'characters', slug: 'elke' } as const;
const part = (over: Partial<SnapshotPart>): SnapshotPart => ({
  category: 'actions',
  slug: 'waving',
  name: 'Waving',
  revision: 'r',
  data: { action: { head: 'looking back', arms: 'waving, (arm up:1.2)' } },
  fields: ['action::arms'],
  lora: null,
  ...over,
});
const sections = [
  {
    name: 'identity',
    label: 'Identity',
    fields: [{ address: 'identity::hair', key: 'hair', text: 'Long_Hair, red hair' }],
  },
];

describe('marksOf', () => {
  it('knows the tags of a field by their normal form', () => {
    expect(marksOf(sections, null, owner).get('identity::hair')).toEqual(new Set(['long hair', 'red hair']));
  });

  it('knows a companion by the fields that are in, and leaves the owner to its own fields', () => {
    const parts = [
      part({}),
      part({ ...owner, data: { identity: { hair: 'red hair' } }, fields: ['identity::hair'] }),
    ];
    const marks = marksOf(sections, { parts, active_outfit: null }, owner);
    expect(marks.get(companionId({ category: 'actions', slug: 'waving' }))).toEqual(
      new Set(['waving', 'arm up']),
    );
    expect([...marks.keys()]).toEqual(['identity::hair', 'actions/waving']);
  });
});

it('collects the triggers that are wired', () => {
  const parts = [part({ lora: { name: 'a', weight: 1, triggers: 'elkemarrow, Teal_Coat' } }), part({})];
  expect(triggerKeys({ parts })).toEqual(new Set(['elkemarrow', 'teal coat']));
  expect(triggerKeys(null)).toEqual(new Set());
});
