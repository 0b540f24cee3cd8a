import { Recipe } from '@gaze/contracts';
import type { Snapshot, SnapshotPart } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import {
  fairWaitMs,
  folderOf,
  holdsAll,
  neededFiles,
  needOf,
  ownerOf,
  pictureKey,
  remainingMs,
  switchShareOf,
} from '../../src/jobs/index.ts';
import { host, need, outstanding } from './builders.ts';

const part = (
  category: SnapshotPart['category'],
  slug: string,
  lora: string | null = null,
): SnapshotPart => ({
  ...{ category, slug, name: slug, revision: 'r', fields: [] },
  data: lora === null ? {} : { lora: { lora_name: lora, lora_weight: 1 } },
  lora: lora === null ? null : { name: lora, weight: 1, triggers: '' },
});

const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  ...{ schema: 1, recipe: Recipe.parse({}), owner: null, parts: [], active_outfit: null },
  checkpoint: { path: 'xl/paper.safetensors', slug: null, name: 'Paper', revision: null, data: {} },
  template: { name: 'default', hash: 'h' },
  ...{
    seed: 1,
    width: 64,
    height: 64,
    stack_loras: false,
    background: false,
    face_detail: 'auto',
    hand_detail: 'auto',
  },
  ...{ extra_positive: '', extra_negative: '', cover: 'keep', is_nsfw: false, notes: [] },
  ...more,
});

describe('whose picture it is', () => {
  test('the owner’s, else the preset’s, else the character’s, else nobody’s', () => {
    const parts = [part('characters', 'elke'), part('actions', 'tea')];
    expect(ownerOf(snapshot({ owner: { category: 'actions', slug: 'tea' }, parts }))).toEqual({
      category: 'actions',
      slug: 'tea',
    });
    expect(ownerOf(snapshot({ recipe: Recipe.parse({ preset: 'evening' }), parts }))).toEqual({
      category: 'presets',
      slug: 'evening',
    });
    expect(ownerOf(snapshot({ parts }))).toEqual({ category: 'characters', slug: 'elke' });
    expect(ownerOf(snapshot({ parts: [part('actions', 'tea')] }))).toBeNull();
  });

  test('its folder and the key of a picture', () => {
    expect(folderOf(null)).toBe('generator/mix');
    expect(pictureKey(folderOf({ category: 'outfits', slug: 'coat' }), 'abc', 2, 1)).toBe(
      'outfits/coat/gen_abc_2_1.png',
    );
  });
});

describe('what a host must have', () => {
  test('the checkpoint, the LoRAs that get wired, and a VAE of its own', () => {
    const parts = [
      part('actions', 'a', 'act.safetensors'),
      part('styles', 's', 'style.safetensors'),
      part('scenes', 'c', 'scene.safetensors'),
    ];
    const names = (of: Snapshot): string[] => neededFiles(of).map((file) => `${file.kind}:${file.name}`);
    expect(names(snapshot({ parts })), 'without stacking the scene’s LoRA finds no place').toEqual([
      'checkpoint:xl/paper.safetensors',
      'lora:act.safetensors',
      'lora:style.safetensors',
    ]);
    expect(names(snapshot({ parts, stack_loras: true }))).toContain('lora:scene.safetensors');
    const withVae = (vae: unknown): string[] =>
      names(snapshot({ checkpoint: { path: 'p', slug: null, name: 'p', revision: null, data: { vae } } }));
    expect(withVae('soft.pt')).toEqual(['checkpoint:p', 'vae:soft.pt']);
    for (const own of ['Integrated', '', ' ', null, undefined])
      expect(withVae(own)).toEqual(['checkpoint:p']);
  });

  test('both slashes are one, order does not matter, case does', () => {
    const asked = needOf([
      { kind: 'checkpoint', name: 'xl\\paper' },
      { kind: 'lora', name: 'b' },
      { kind: 'lora', name: 'a' },
    ]);
    const same = needOf([
      { kind: 'checkpoint', name: 'xl/paper' },
      { kind: 'lora', name: 'a' },
      { kind: 'lora', name: 'b' },
    ]);
    expect(asked).toEqual(same);
    expect(holdsAll(new Set(['checkpoint:xl/paper', 'lora:a', 'lora:b']), asked)).toBe(true);
    expect(holdsAll(new Set(['checkpoint:XL/paper', 'lora:a', 'lora:b']), asked)).toBe(false);
  });
});

describe('times', () => {
  test('what is left of a host’s work counts its loads and what has run already', () => {
    const loaded = { checkpoint: 'paper', loraSet: '' };
    expect(remainingMs(host('a', { loaded }), 0)).toBe(0);
    expect(remainingMs(host('a', { loaded, outstanding: [outstanding('x', { startedMs: 0 })] }), 400)).toBe(
      600,
    );
    expect(
      remainingMs(
        host('a', {
          loaded,
          outstanding: [outstanding('x', { startedMs: 0 }), outstanding('y', { need: need('inkwell') })],
        }),
        400,
      ),
    ).toBe(6600);
    expect(
      remainingMs(host('a', { loaded, outstanding: [outstanding('x', { startedMs: 0 })] }), 90_000),
      'never nothing while it runs',
    ).toBe(100);
  });

  test('a fair wait grows with the queue and shrinks with the hosts; a mixed queue costs its loads', () => {
    const base = { ahead: 10, hosts: 2, imageMs: 1000, loadMs: 5000, switchShare: 0 };
    expect(fairWaitMs(base)).toBe(6000 + 5 * 1000);
    expect(fairWaitMs({ ...base, hosts: 0 })).toBe(6000 + 10 * 1000);
    expect(fairWaitMs({ ...base, switchShare: 0.5 })).toBe(6000 + 5 * 3500);
    expect(switchShareOf([])).toBe(0);
    expect(switchShareOf([7])).toBe(0);
    expect(switchShareOf([5, 5])).toBe(0.5);
  });
});
