import { wireWorkflow } from '../../src/workflow/wire.ts';
import { buildPrompts } from '../../src/prompt/compose.ts';
import { bestWeightPatch, planSweep, sweepWeights } from '../../src/index.ts';
import { verifies } from '@gaze/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withPatch } from '../../src/entity/merge.ts';
import { loraOf } from '../../src/entity/lora.ts';
import { defaultTemplate, entity, hostFor, snapshotOf } from '../support/build.ts';

const pose = entity('actions', {
  action_id: 'run',
  action_name: 'Run',
  action: { full_body: '{running|sprinting}' },
  lora: {
    lora_name: 'Illustrious/Poses/run.safetensors',
    lora_weight: 0.7,
    lora_weight_min: 0.5,
    lora_weight_max: 0.9,
    strength_clip: 0.3,
    lora_triggers: 'running pose',
  },
});
const look = entity('looks', {
  look_id: 'coat',
  look_name: 'Coat',
  lora: { lora_name: 'Illustrious/Looks/coat.safetensors' },
});
const bare = entity('characters', { character_id: 'elke', character_name: 'Elke' });
const worn = entity('characters', {
  ...bare.data,
  lora: { lora_name: 'Illustrious/Looks/elke.safetensors' },
});
const span = { from: 0.2, to: 1, step: 0.4 };
const recipe = {
  owner: { category: 'actions' as const, slug: 'run' },
  parts: { actions: [{ slug: 'run' }] },
};

describe(verifies('strengths.weights', 'the weights of a sweep'), () => {
  test('lead from one end to the other, both among them, rounded to 0.01', () => {
    expect(sweepWeights({ from: 0, to: 1, step: 0.25 })).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(sweepWeights({ from: 1, to: 0.1, step: 0.4 })).toEqual([0.1, 0.5, 0.9, 1]);
    expect(sweepWeights({ from: -0.5, to: 0.5, step: 0.5 })).toEqual([-0.5, 0, 0.5]);
  });

  test.each([
    [{ from: 0, to: 1, step: 0 }, 'step'],
    [{ from: 0, to: 1, step: Number.NaN }, 'step'],
    [{ from: 0.5, to: 0.501, step: 0.1 }, 'to'],
    [{ from: -10, to: 10, step: 0.1 }, 'step'],
  ])('%o is refused, with the field', (wrong, field) => {
    expect(() => sweepWeights(wrong)).toThrow(expect.objectContaining({ code: 'invalid_input', field }));
  });

  test('are few, rising and within the span, whatever is asked for', () => {
    const weight = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(weight, weight, fc.double({ min: 0.01, max: 20, noNaN: true }), (from, to, step) => {
        let weights: number[];
        try {
          weights = sweepWeights({ from, to, step });
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_input' });
          return;
        }
        expect(weights.length).toBeGreaterThan(1);
        expect(weights.length).toBeLessThanOrEqual(41);
        expect([...new Set(weights)].sort((a, b) => a - b)).toEqual(weights);
        expect(weights[0]).toBeCloseTo(Math.min(from, to), 1);
        expect(weights.at(-1)).toBeCloseTo(Math.max(from, to), 1);
      }),
    );
  });
});

describe(verifies('strengths.sweep', 'a sweep'), () => {
  test('differs in the weight alone: the same draws, words and seed, in graph and text', async () => {
    const snapshot = await snapshotOf([pose], recipe, { random: () => 0.6 });
    const steps = planSweep(snapshot, 'sweep-1234', span);
    expect(steps.map(({ weight }) => weight)).toEqual([0.2, 0.6, 1]);
    const graphs = steps.map((step) => {
      const prompts = buildPrompts(step.snapshot, defaultTemplate);
      const host = hostFor(step.snapshot);
      return wireWorkflow(defaultTemplate, step.snapshot, prompts, host).graph;
    });
    expect(graphs.map((graph) => graph['18']?.inputs)).toMatchObject([
      { strength_model: 0.2, strength_clip: 0.2 },
      { strength_model: 0.6, strength_clip: 0.6 },
      { strength_model: 1, strength_clip: 1 },
    ]);
    const rest = graphs.map((graph) => JSON.stringify({ ...graph, '18': null }));
    expect(new Set(rest).size).toBe(1);
    expect(rest[0]).toContain('sprinting');
    expect(steps.map((step) => step.snapshot.recipe)).toMatchObject([
      { sweep: 'sweep-1234', seed: 42, cover: 'keep', parts: { actions: [{ slug: 'run', weight: 0.2 }] } },
      { sweep: 'sweep-1234', seed: 42, parts: { actions: [{ weight: 0.6 }] } },
      { sweep: 'sweep-1234', seed: 42, parts: { actions: [{ weight: 1 }] } },
    ]);
  });

  test('of an entry without a LoRA, or whose LoRA another one displaces, is refused in a sentence', async () => {
    const owner = { category: 'characters' as const, slug: 'elke' };
    const plain = await snapshotOf([bare], { owner, parts: { characters: [{ slug: 'elke' }] } });
    expect(() => planSweep(plain, 'sweep-1234', span)).toThrow(/Elke has no LoRA/);
    const parts = { characters: [{ slug: 'elke' }], looks: [{ slug: 'coat' }] };
    const displaced = await snapshotOf([worn, look], { owner, parts });
    expect(() => planSweep(displaced, 'sweep-1234', span)).toThrow(/because Coat has its place/);
  });
});

describe(verifies('strengths.best', 'the weight that was best'), () => {
  test('counts afterwards, whatever stood there before', () => {
    const saved = withPatch(pose.data, bestWeightPatch(pose.data, { weight: 0.85 }));
    expect(loraOf(saved)).toEqual({
      name: 'Illustrious/Poses/run.safetensors',
      weight: 0.85,
      range: null,
      clipWeight: null,
    });
    expect(saved.lora).toMatchObject({ lora_triggers: 'running pose' });
  });

  test('may be a span, in either order', () => {
    const before = { ...pose.data, lora: { lora_name: 'a', strength_model: 2, lora_weight: 0.5 } };
    const saved = withPatch(before, bestWeightPatch(before, { min: 0.9, max: 0.6 }));
    expect(loraOf(saved)).toMatchObject({ weight: 0.5, range: { min: 0.6, max: 0.9 } });
  });
});
