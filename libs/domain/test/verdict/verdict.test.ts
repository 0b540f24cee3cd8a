import type { FileFacts, HostFacts, RecipeInput } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { verdictOf } from '../../src/index.ts';
import { baseModelOf, compareBases } from '../../src/verdict/base-model.ts';
import { checkpointPath, entity, snapshotOf } from '../support/build.ts';

const lora = (name: string, weight: number, triggers = '') => ({
  lora: { lora_name: name, lora_weight: weight, lora_triggers: triggers },
});
const entities = [
  entity('characters', {
    character_id: 'elke',
    character_name: 'Elke',
    ...lora('Illustrious/Looks/elke.safetensors', 0.8, 'elkemarrow'),
  }),
  entity('outfits', {
    outfit_id: 'coat',
    outfit_name: 'Coat',
    ...lora('Old/coat.safetensors', 0.7, 'coat1'),
  }),
  entity('actions', { action_id: 'tea', action_name: 'Tea', ...lora('Pony/tea.safetensors', 0.9, 'coat1') }),
  entity('styles', { style_id: 'ink', style_name: 'Ink', ...lora('Styles/ink.safetensors', 0.5) }),
  entity('scenes', { scene_id: 'dusk', scene_name: 'Dusk', ...lora('Styles/dusk.safetensors', 0.5) }),
];
const slugs = (...names: string[]) => names.map((slug) => ({ slug }));
const file = (name: string, base: string | null = null, kind: FileFacts['kind'] = 'lora'): FileFacts => ({
  ...{ kind, name, base_model: base, triggers: [] },
});
const host = (name: string, more: Partial<HostFacts> = {}): HostFacts => ({
  ...{ id: name.toLowerCase(), name, state: 'up', reason: 'It answers.', is_known: true, missing: [] },
  ...{ is_loaded: false, load_seconds: 12, image_seconds: 9 },
  ...more,
});

async function judge(
  recipe: RecipeInput,
  of: { files?: FileFacts[]; hosts?: HostFacts[]; negative?: string } = {},
) {
  const snapshot = await snapshotOf(entities, { checkpoint: checkpointPath, ...recipe });
  return verdictOf({
    ...{ snapshot, prompts: { negative: of.negative ?? 'lowres' } },
    files: of.files ?? [],
    hosts: of.hosts ?? [host('Atelier', { is_loaded: true, load_seconds: 0 })],
  });
}
const elke = { characters: slugs('elke') };
const textOf = (verdict: Awaited<ReturnType<typeof judge>>, code: string): string | undefined =>
  verdict.findings.find((finding) => finding.code === code)?.text;

describe(verifies('studio.verdict', 'whether files go together'), () => {
  test('all is well: one quiet line that says who has it loaded', async () => {
    const verdict = await judge({ parts: elke }, { files: [file('Illustrious/Looks/elke.safetensors')] });
    expect(verdict.level).toBe('good');
    expect(verdict.headline).toBe(`${checkpointPath} is loaded on Atelier: rendering begins at once.`);
    expect(verdict.findings.map(({ code }) => code)).toEqual(['hosts_have_all', 'loaded']);
  });

  test('a LoRA of another family is red, of another line of the same family amber, of none told quiet', async () => {
    const red = await judge(
      { parts: { outfits: slugs('coat') } },
      { files: [file('Old/coat.safetensors', 'sd_v1')] },
    );
    expect([red.level, red.headline]).toEqual([
      'bad',
      'The LoRA of Coat was trained on SD 1.5, and Illustrious/meridian_xl_v3.safetensors is SDXL (Illustrious): it will not work. Choose another checkpoint, or switch this LoRA off.',
    ]);
    const amber = await judge(
      { parts: { actions: slugs('tea') } },
      { files: [file('Pony/tea.safetensors', 'sdxl_base_v1-0')] },
    );
    expect([amber.level, amber.findings[0]?.code]).toEqual(['warn', 'base_model_variant']);
    const quiet = await judge({ parts: { styles: slugs('ink') } });
    expect([quiet.level, textOf(quiet, 'base_model_unknown')]).toEqual([
      'good',
      'Nobody knows which base model the LoRA of Ink was trained on.',
    ]);
  });

  test('strengths are summed as they are wired, whatever their sign', async () => {
    const parts = { ...elke, outfits: [{ slug: 'coat', weight: -0.7 }], styles: slugs('ink') };
    expect(textOf(await judge({ parts }), 'strength')).toBeUndefined();
    const strong = await judge({ parts: { ...parts, actions: slugs('tea') } });
    expect(strong.level).toBe('warn');
    expect(textOf(strong, 'strength')).toMatch(/^4 LoRAs add up to a strength of 2\.90\./);
    const off = { ...parts, actions: [{ slug: 'tea', use_lora: false }] };
    expect(textOf(await judge({ parts: off }), 'strength')).toBeUndefined();
  });

  test('triggers: shared by two, cancelled by the negative, switched off', async () => {
    const both = await judge({ parts: { outfits: slugs('coat'), actions: slugs('tea') } });
    expect(textOf(both, 'trigger_shared')).toContain('Coat and Tea answer to the same trigger “coat1”');
    const cancelled = await judge({ parts: elke }, { negative: 'lowres, (ElkeMarrow:1.2)' });
    expect([cancelled.level, textOf(cancelled, 'trigger_cancelled')]).toEqual([
      'warn',
      'The trigger “elkemarrow” of Elke stands in the negative prompt, too: there the two cancel each other. Take it out of one of them.',
    ]);
    const unsaid = await judge({ parts: { characters: [{ slug: 'elke', fields: ['identity::hair'] }] } });
    expect(textOf(unsaid, 'trigger_unsaid')).toContain('Elke works without its trigger words');
  });

  test('a LoRA without a slot is named until every selected LoRA is used', async () => {
    const parts = { styles: slugs('ink'), scenes: slugs('dusk') };
    expect(textOf(await judge({ parts }), 'left_out')).toContain('The LoRA of Dusk is left out');
    expect(textOf(await judge({ parts, stackLoras: true }), 'left_out')).toBeUndefined();
  });

  test('hosts: who holds everything, who is away, who lacks what, what loading costs', async () => {
    const codes = async (...hosts: HostFacts[]) => {
      const { level, headline } = await judge({ parts: elke }, { hosts });
      return [level, headline];
    };
    const name = 'Illustrious/Looks/elke.safetensors';
    expect(await codes()).toEqual([
      'bad',
      'No ComfyUI host is switched on. Add one, or switch one on, in Settings.',
    ]);
    expect(await codes(host('A', { state: 'disabled' }))).toHaveLength(2);
    expect(await codes(host('Atelier'), host('Cellar', { load_seconds: 7.4 }))).toEqual([
      'good',
      `${checkpointPath} has to be loaded first: about 7 s on Cellar.`,
    ]);
    expect(
      await codes(
        host('Attic', { state: 'down', reason: 'It refuses connections.' }),
        host('B', { missing: [name] }),
      ),
    ).toEqual(['warn', 'Only Attic holds every file and does not answer now. It refuses connections.']);
    expect(await codes(host('Attic', { is_known: false }), host('B', { missing: [name] }))).toEqual([
      'warn',
      'Attic has not said yet which files are there.',
    ]);
    expect(await codes(host('A', { missing: [name] }), host('B', { missing: [name, 'x'] }))).toEqual([
      'bad',
      `No host has ${name}. Copy it to a ComfyUI host, or choose another.`,
    ]);
    expect(await codes(host('A', { missing: ['x'] }), host('B', { missing: ['y'] }))).toEqual([
      'bad',
      'No single host has all of it: A lacks x; B lacks y.',
    ]);
  });
});

describe('base models by their many names', () => {
  test.each([
    ['stable-diffusion-xl-v1-base/lora', 'Looks/a.safetensors', 'SDXL', null],
    ['sdxl_base_v1-0', 'Pony/Looks/a.safetensors', 'SDXL', 'Pony'],
    ['sdxl_base_v1-0', 'Looks/pony_girl.safetensors', 'SDXL', null],
    ['sd_v1', 'Illustrious/a.safetensors', 'SD 1.5', null],
    ['stable-diffusion-v1/lora', 'a.safetensors', 'SD 1.5', null],
    ['sd_v2', 'a.safetensors', 'SD 2', null],
    ['sd3.5_large', 'a.safetensors', 'SD 3', null],
    ['flux1-dev', 'a.safetensors', 'Flux', null],
    [null, 'Noob/a.safetensors', 'SDXL', 'Noob'],
    [null, 'NoobAI-XL/x/a.safetensors', 'SDXL', 'Noob'],
  ])('%s at %s', (named, name, family, variant) => {
    expect(baseModelOf(named, { kind: 'lora', name })).toEqual({ family, variant });
  });
  test('nobody says: nothing is guessed', () => {
    expect(baseModelOf(null, { kind: 'lora', name: 'Looks/elke.safetensors' })).toBeNull();
    expect(baseModelOf('my own training', { kind: 'lora', name: 'a.safetensors' })).toBeNull();
  });
  test('a checkpoint may say it in its own name', () => {
    expect(baseModelOf(null, { kind: 'checkpoint', name: 'ponyDiffusionV6XL.safetensors' })?.variant).toBe(
      'Pony',
    );
  });
  test('Illustrious and Noob are kin; the plain model goes with every line of its family', () => {
    const sdxl = (variant: string | null) => ({ family: 'SDXL', variant });
    expect(compareBases(sdxl('Noob'), sdxl('Illustrious'))).toBe('same');
    expect(compareBases(sdxl('Illustrious'), sdxl(null))).toBe('same');
    expect(compareBases(sdxl('Illustrious'), sdxl('Pony'))).toBe('variant');
    expect(compareBases(sdxl(null), { family: 'Flux', variant: null })).toBe('family');
  });
});
