import { buffer } from 'node:stream/consumers';
import { startComfyStandIn } from '@gaze/comfyui-stand-in';
import type { StandInOptions } from '@gaze/comfyui-stand-in';
import { readPngText } from '@gaze/media';
import { eventually, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { snapshot } from '../support/jobs.ts';
import { oneHost, startWorkshop } from '../support/workshop.ts';

const graphOf = (graph: unknown) =>
  graph as Record<string, { class_type: string; inputs: Record<string, unknown> }>;

const kinds: [string, StandInOptions, { detailers: number; note: RegExp | null; missing: string[] }][] = [
  ['an old host on Linux', { profile: 'OLD' }, { detailers: 2, note: null, missing: [] }],
  ['a new host on Linux', { profile: 'NEW' }, { detailers: 2, note: null, missing: [] }],
  [
    'a new host on Windows',
    { profile: 'NEW', separators: 'windows' },
    { detailers: 2, note: null, missing: [] },
  ],
  [
    'an old host on Windows',
    { profile: 'OLD', separators: 'windows' },
    { detailers: 2, note: null, missing: [] },
  ],
  [
    'a host without the Impact Pack',
    { packs: { impact: false } },
    { detailers: 0, note: /Impact Pack missing/, missing: ['FaceDetailer'] },
  ],
  [
    'a host without the Subpack',
    { packs: { subpack: false } },
    { detailers: 0, note: /Impact Subpack missing/, missing: ['UltralyticsDetectorProvider'] },
  ],
  ['a host without a hand model', { handModel: false }, { detailers: 1, note: /hand/, missing: [] }],
];

describe('every kind of host renders', () => {
  test.each(kinds)(verifies('hosts.kinds', '%s'), async (_, options, expected) => {
    await using setting = await oneHost(options);
    const { shop, host } = setting;
    const job = await shop.ended(await shop.submit('a', snapshot({ detail: 'on' })));
    expect(job.failures).toEqual([]);
    expect(job.status).toBe('done');

    const [completion] = job.completions;
    const text = readPngText(await buffer(await shop.disk.get(completion?.images[0]?.key ?? '')));
    const graph = graphOf(JSON.parse(text.prompt ?? '{}'));
    const classes = Object.values(graph).map((node) => node.class_type);
    expect(classes.filter((name) => name === 'FaceDetailer')).toHaveLength(expected.detailers);
    const notes = completion?.notes.join('\n') ?? '';
    if (expected.note === null) expect(notes).toBe('');
    else expect(notes).toMatch(expected.note);
    expect(JSON.parse(text.gaze ?? '{}')).toMatchObject({ seed: 1, host: { name: 'Atelier' } });
    expect(shop.reports.get('a')?.missing_nodes).toEqual(expected.missing);

    const posts = host.log.of('posted');
    expect(posts.map((post) => post.status)).toEqual([200]);
    const separator = options.separators === 'windows' ? '\\' : '/';
    expect(graph['4']?.inputs.ckpt_name).toBe(`Illustrious${separator}meadow_v1.safetensors`);
    await eventually(() =>
      expect(shop.inventories.get('a')).toContainEqual({
        kind: 'checkpoint',
        name: `Illustrious${separator}meadow_v1.safetensors`,
      }),
    );
  });

  test(
    verifies(
      'hosts.spelling',
      'the same snapshot goes to a Linux and a Windows host, each in its own spelling',
    ),
    async () => {
      await using linux = await startComfyStandIn({ name: 'Linux', pictures: 'plain' });
      await using windows = await startComfyStandIn({
        name: 'Windows',
        separators: 'windows',
        pictures: 'plain',
      });
      await using shop = await startWorkshop({ hosts: { l: linux, w: windows } });
      shop.assign('l', 'g1');
      shop.assign('w', 'g1');
      await shop.startGenerator('g1');
      await Promise.all([shop.up('l'), shop.up('w')]);
      const same = snapshot({ detail: 'on' });
      const jobs = await Promise.all([shop.submit('l', same), shop.submit('w', same)]);
      for (const job of jobs) expect((await shop.ended(job)).failures).toEqual([]);
      const posted = (host: typeof linux) =>
        host.log.of('posted').map(({ status, graph }) => ({ status, graph: graphOf(graph) }));
      const [onLinux] = posted(linux);
      const [onWindows] = posted(windows);
      expect([onLinux?.status, onWindows?.status]).toEqual([200, 200]);
      expect(onLinux?.graph['16']?.inputs.lora_name).toBe('Illustrious/Looks/soft_ink.safetensors');
      expect(onWindows?.graph['16']?.inputs.lora_name).toBe('Illustrious\\Looks\\soft_ink.safetensors');
      // But for the names, the two are the same graph.
      const neutral = (graph: unknown) =>
        JSON.stringify(graph)
          .replaceAll('\\\\', '/')
          .replace(/gaze\/[^"]+/g, '');
      expect(neutral(onWindows?.graph)).toBe(neutral(onLinux?.graph));
    },
  );
});

describe('while a picture is made', () => {
  test.each([
    ['NEW', 'none'],
    ['OLD', 'latent2rgb'],
  ] as const)('a %s host with previews «%s» shows steps and previews', async (profile, previewMethod) => {
    await using setting = await oneHost({ profile, previewMethod, stepMs: 30 });
    const { shop } = setting;
    const job = await shop.ended(await shop.submit('a', snapshot()));
    expect(job.status).toBe('done');
    const steps = shop.progress
      .filter(({ subject }) => subject.endsWith(job.id))
      .map(({ text }) => JSON.parse(text) as { step: number; steps: number; phase: string });
    expect(steps.some(({ step, steps: all, phase }) => step === 4 && all === 8 && phase === 'sampling')).toBe(
      true,
    );
    const pictures = shop.previews.filter(({ subject }) => subject.endsWith(job.id));
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.every(({ mime, bytes }) => mime === 'image/jpeg' && bytes > 100)).toBe(true);
  });
});

describe('templates', () => {
  test(
    verifies(
      'workflow.templates',
      'a checkpoint with «workflow»: «plain» renders by a template of other ids, without LoRA and detailers',
    ),
    async () => {
      await using setting = await oneHost({ packs: { impact: false, subpack: false } });
      const { shop } = setting;
      const plain = snapshot({ template: 'plain', lora: null, seed: 99 });
      const job = await shop.ended(await shop.submit('a', plain));
      expect(job.failures).toEqual([]);
      const graph = graphOf(setting.host.log.of('posted')[0]?.graph);
      const classes = Object.values(graph).map((node) => node.class_type);
      expect(classes).not.toContain('FaceDetailer');
      expect(classes).not.toContain('LoraLoader');
      expect(Object.keys(graph).every((id) => Number.isNaN(Number(id)))).toBe(true);
      expect(graph.sample?.inputs).toMatchObject({ seed: 99, steps: 8 });
    },
  );

  test('a template that asks for a class which the host lacks is refused before anything is posted, by name', async () => {
    await using setting = await oneHost({});
    const { shop, host } = setting;
    const job = shop.ledger.add({ hostId: 'a', snapshot: snapshot() });
    job.template = {
      ...job.template,
      '99': { class_type: 'SuperResolver', inputs: {}, _meta: { title: 'Polish' } },
    };
    await shop.again(job);
    await shop.ended(job);
    expect(job.failures[0]).toMatchObject({ class: 'host', error: { code: 'no_host_has_file' } });
    expect(job.failures[0]?.error.message).toMatch(
      /Atelier does not have the node «SuperResolver» \(«Polish»/,
    );
    expect(host.log.of('posted')).toEqual([]);
  });

  test('a template without a sampler says which role it lacks', async () => {
    await using setting = await oneHost({});
    const { shop, host } = setting;
    const job = shop.ledger.add({ hostId: 'a', snapshot: snapshot() });
    job.template = Object.fromEntries(
      Object.entries(job.template).filter(([, node]) => node.class_type !== 'KSampler'),
    );
    await shop.again(job);
    await shop.ended(job);
    expect(job.failures[0]).toMatchObject({ class: 'permanent', error: { code: 'data_error' } });
    expect(job.failures[0]?.error.message).toMatch(/sampler/i);
    expect(host.log.of('posted')).toEqual([]);
  });
});
