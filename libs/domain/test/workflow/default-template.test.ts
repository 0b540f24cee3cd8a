import { describe, expect, test } from 'vitest';
import { graphOf, splitTags, templateDefaults, wireWorkflow, buildPrompts } from '../../src/index.ts';
import { checkpointPath, defaultTemplate, hostFor, hostWith, snapshotOf } from '../support/build.ts';
import { comfyFaults } from '../support/comfy-rules.ts';

describe('data/workflows/default.json', () => {
  test('TPL-1 holds the nodes of the guide, each with a title', () => {
    expect(Object.keys(defaultTemplate)).toEqual(Array.from({ length: 17 }, (_, i) => String(i + 3)));
    for (const node of Object.values(defaultTemplate)) expect(node._meta?.title).toMatch(/\w/);
  });
  test('TPL-2 has the LoRA slots chained, and every consumer at the end of the chain', () => {
    expect(['16', '17', '18', '19'].map((id) => defaultTemplate[id]?.inputs.model)).toEqual([
      ['4', 0],
      ['16', 0],
      ['17', 0],
      ['18', 0],
    ]);
    for (const id of ['3', '11', '13']) expect(defaultTemplate[id]?.inputs.model).toEqual(['19', 0]);
    for (const id of ['6', '7', '11', '13', '14', '15'])
      expect(defaultTemplate[id]?.inputs.clip).toEqual(['19', 1]);
  });
  test('TPL-3 is valid for ComfyUI as it stands but for the LoRAs that it leaves open', () => {
    expect(comfyFaults(defaultTemplate, hostWith({ loras: [''] }))).toEqual([]);
  });
  test('TPL-4 what it says by itself', () => {
    const { negative, ...rest } = templateDefaults(defaultTemplate);
    expect(rest).toEqual({ checkpoint: checkpointPath, width: 832, height: 1216 });
    expect(splitTags(negative).length).toBeGreaterThan(5);
  });
  test('TPL-5 an empty recipe renders', async () => {
    const snapshot = await snapshotOf([], {});
    const { graph, notes } = wireWorkflow(
      defaultTemplate,
      snapshot,
      buildPrompts(snapshot, defaultTemplate),
      hostFor(snapshot),
    );
    expect(comfyFaults(graph, hostFor(snapshot))).toEqual([]);
    expect(notes).toEqual([]);
    expect(Object.keys(graph)).toEqual([
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '12',
      '13',
      '14',
      '15',
    ]);
  });
  test('TPL-6 a template of other ids is read by its classes and links', () => {
    const renamed = Object.fromEntries(
      [...graphOf(defaultTemplate)].map(([id, node]) => [
        `n${id}`,
        {
          ...node,
          inputs: Object.fromEntries(
            Object.entries(node.inputs).map(([name, value]) => [
              name,
              Array.isArray(value) ? [`n${String(value[0])}`, value[1] as unknown] : value,
            ]),
          ),
        },
      ]),
    );
    expect(templateDefaults(renamed)).toEqual(templateDefaults(defaultTemplate));
  });
  test('TPL-7 nonsense has defaults too', () => {
    expect(templateDefaults({})).toEqual({ negative: '', checkpoint: '', width: 1024, height: 1024 });
    expect(
      templateDefaults({ 3: { class_type: 'KSampler', inputs: { negative: ['3', 0], positive: ['9', 9] } } }),
    ).toEqual({ negative: '', checkpoint: '', width: 1024, height: 1024 });
  });
});
