import { PageState } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import {
  plainSelection,
  selectionFrom,
  stateFrom,
  withCompanion,
  withCompanions,
  type Selection,
} from './selection.ts';

const full: Selection = {
  fields: ['identity::hair'],
  companions: { actions: ['waving', '__random__'], looks: ['festival'] },
  extraPositive: 'rain',
  extraNegative: 'text',
  checkpoint: 'Illustrious/inkwash_2.safetensors',
  seed: 42,
  seedLocked: true,
  width: 1024,
  height: 1024,
  count: 4,
  background: true,
  faceDetail: 'on',
  handDetail: 'off',
  loraWeight: 0.65,
  picture: 'abc',
};

describe('the state that the server remembers', () => {
  it.each([
    ['everything chosen', full],
    ['nothing chosen', plainSelection],
    ['an open seed that was locked before', { ...plainSelection, seed: 7, seedLocked: false }],
  ])('brings back %s', (_name, selection) => {
    expect(selectionFrom(stateFrom(selection))).toEqual(selection);
  });

  it.each([full, plainSelection])('fits the contract', (selection) => {
    expect(PageState.safeParse(stateFrom(selection)).success).toBe(true);
  });

  it('reads a state of an older page', () => {
    expect(selectionFrom({})).toEqual(plainSelection);
    expect(selectionFrom({ fields: [], companions: { looks: [] }, seed_locked: true })).toEqual(
      plainSelection,
    );
  });
});

describe('companions', () => {
  it('holds one where the category takes one', () => {
    expect(withCompanion(full, 'looks', 'lantern', 'one')).toEqual({
      ...full.companions,
      looks: ['lantern'],
    });
  });

  it('holds several in the order of their choice', () => {
    expect(withCompanion(full, 'actions', 'reading', 'many').actions).toEqual([
      'waving',
      '__random__',
      'reading',
    ]);
  });

  it('takes back what is chosen again, and forgets an empty category', () => {
    expect(withCompanion(full, 'actions', 'waving', 'many').actions).toEqual(['__random__']);
    expect(withCompanion(full, 'looks', 'festival', 'one')).toEqual({ actions: full.companions.actions });
    expect(withCompanions(full, 'actions', [])).toEqual({ looks: ['festival'] });
  });
});
