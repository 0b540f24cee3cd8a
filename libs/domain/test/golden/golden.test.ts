import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HostCapabilities, Snapshot } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { buildPrompts, wireWorkflow } from '../../src/index.ts';
import { defaultTemplate, hostFor, snapshotOf } from '../support/build.ts';
import { comfyFaults } from '../support/comfy-rules.ts';
import { readable } from './readable.ts';
import type { Scenario } from './scenarios.ts';
import { libraryOf, scenarios } from './scenarios.ts';

/*
 * Golden files: a snapshot, and the prompts and the graph that it becomes. They are reviewed by reading:
 *   UPDATE_GOLDEN=1 npx vitest run --project unit libs/domain/test/golden
 * writes them anew, and `git diff` shows what a change does to real prompts.
 */
const folder = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const update = process.env.UPDATE_GOLDEN === '1';

interface Golden {
  snapshot: Snapshot;
  host: HostCapabilities;
  prompts: unknown;
  notes: unknown;
  loras: unknown;
  graph: unknown;
}

/** Draws that look random and are the same on every run. */
function steadyDraws(): () => number {
  let state = 1;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

const snapshotFor = (scenario: Scenario): Promise<Snapshot> =>
  snapshotOf(libraryOf(scenario), scenario.recipe, {
    random: steadyDraws(),
    ...(scenario.wildcards === undefined ? {} : { wildcards: scenario.wildcards }),
  });

function goldenOf(snapshot: Snapshot, host: HostCapabilities): Golden {
  const prompts = buildPrompts(snapshot, defaultTemplate);
  const { graph, notes, loras } = wireWorkflow(defaultTemplate, snapshot, prompts, host);
  return { snapshot, host, prompts, notes, loras, graph };
}

describe('golden files', () => {
  test.each(Object.entries(scenarios))('%s', async (name, scenario) => {
    const file = `${folder}${name}.json`;
    const resolved = await snapshotFor(scenario);
    if (update) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, `${readable(goldenOf(resolved, hostFor(resolved, scenario.host)))}\n`);
    }
    const text = readFileSync(file, 'utf8');
    const golden = JSON.parse(text) as Golden;
    expect(resolved).toEqual(golden.snapshot);
    expect(`${readable(goldenOf(golden.snapshot, golden.host))}\n`).toBe(text);
    expect(comfyFaults(golden.graph as Parameters<typeof comfyFaults>[0], golden.host)).toEqual([]);
  });
  test('every file belongs to a scenario', () => {
    expect(readdirSync(folder).toSorted()).toEqual(
      Object.keys(scenarios)
        .map((name) => `${name}.json`)
        .toSorted(),
    );
  });
});
