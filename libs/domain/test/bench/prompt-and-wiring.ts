import { Recipe } from '@gaze/contracts';
import { buildPrompts, previewPrompts, wireWorkflow } from '../../src/index.ts';
import { defaultsOf, defaultTemplate, hostFor, snapshotOf } from '../support/build.ts';
import { library } from '../support/library.ts';

/*
 * How long the prompts and the graph of one job take, against reading its snapshot (P13), and one toggle of the
 * live preview. Prints JSON; times in milliseconds.
 *   node libs/domain/test/bench/prompt-and-wiring.ts
 */
const slugs = (...names: string[]) => names.map((slug) => ({ slug }));
const recipe = {
  parts: {
    characters: slugs('mira_voss'),
    looks: slugs('mira_casual'),
    outfits: slugs('maid_01', 'armor'),
    actions: slugs('sitting', 'running'),
    styles: slugs('watercolor', 'ink'),
    scenes: slugs('beach'),
    detailers: slugs('skin', 'hands'),
  },
  stackLoras: true,
  extra_positive: 'rain, night',
};

function median(run: () => unknown, times = 3000): number {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    run();
    taken.push(performance.now() - start);
  }
  return taken.toSorted((a, b) => a - b)[times / 2] ?? Number.NaN;
}

const snapshot = await snapshotOf(library, recipe, { random: Math.random });
const json = JSON.stringify(snapshot);
const many = Array.from({ length: 5000 }, (_, i) => `Illustrious\\Looks\\character_${i}.safetensors`);
const host = hostFor(snapshot, {
  loras: [...many, ...snapshot.parts.flatMap(({ lora }) => lora?.name.replaceAll('/', '\\') ?? [])],
});
const defaults = defaultsOf();
const parsed = Recipe.parse(recipe);

const result = {
  parse_snapshot: median(() => JSON.parse(json)),
  build_and_wire: median(() =>
    wireWorkflow(defaultTemplate, snapshot, buildPrompts(snapshot, defaultTemplate), host),
  ),
  preview_toggle: median(() => previewPrompts(parsed, library, defaults)),
};
console.log(
  JSON.stringify({
    id: 'P13',
    goal_ms: 0.3,
    ...result,
    ratio: result.build_and_wire / result.parse_snapshot,
  }),
);
