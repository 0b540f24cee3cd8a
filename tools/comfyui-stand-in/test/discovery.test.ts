import { afterEach, describe, expect, test } from 'vitest';
import type { StandIn } from '../src/index.ts';
import { writeFakeModels } from '../src/index.ts';
import { ask, start } from './client.ts';
import type { Json } from './client.ts';

let standIn: StandIn | undefined;
async function running(options: Parameters<typeof start>[0] = {}): Promise<StandIn> {
  standIn = await start(options);
  return standIn;
}
afterEach(async () => {
  await standIn?.stop();
  standIn = undefined;
});

interface Info {
  input: { required: Record<string, [unknown, Json]>; optional?: Record<string, unknown>; hidden?: Json };
  output: string[];
  output_node: boolean;
}
const info = async (host: StandIn, name: string): Promise<Info | undefined> =>
  (await ask(host, `/object_info/${name}`)).json<Record<string, Info>>()[name];

describe('/object_info', () => {
  test('lists every class with its inputs; an unknown class is an empty object', async () => {
    const host = await running();
    const all = (await ask(host, '/api/object_info')).json<Record<string, Info>>();
    expect(Object.keys(all).sort()).toEqual([
      ...[
        'CLIPSetLastLayer',
        'CLIPTextEncode',
        'CheckpointLoaderSimple',
        'DetailerForEach',
        'EmptyLatentImage',
      ],
      ...['FaceDetailer', 'ImageUpscaleWithModel', 'KSampler', 'LatentUpscaleBy', 'LoadImage', 'LoraLoader'],
      ...['ONNXDetectorProvider', 'PreviewImage', 'SAMLoader', 'SaveImage', 'UltralyticsDetectorProvider'],
      ...['UpscaleModelLoader', 'VAEDecode', 'VAELoader'],
    ]);
    const unknown = await ask(host, '/object_info/Reroute');
    expect([unknown.status, unknown.text]).toEqual([200, '{}']);
  });

  test('lists come in both shapes', async () => {
    const host = await running();
    expect((await info(host, 'CheckpointLoaderSimple'))?.input.required.ckpt_name).toEqual([
      ['Illustrious/harbour_v2.safetensors', 'Illustrious/meadow_v1.safetensors', 'Noob/lantern.safetensors'],
      {},
    ]);
    expect((await info(host, 'UpscaleModelLoader'))?.input.required.model_name).toEqual([
      'COMBO',
      { multiselect: false, options: ['4x_gentle.pth'] },
    ]);
  });

  test('limits are those of the field, to the last digit of the seed', async () => {
    const host = await running();
    const { text } = await ask(host, '/object_info/KSampler');
    expect(text).toContain('"max":18446744073709551615');
    const sampler = await info(host, 'KSampler');
    expect(sampler?.input.required.cfg?.[1]).toMatchObject({ default: 8, min: 0, max: 100 });
    expect(sampler?.output).toEqual(['LATENT']);
  });

  test('OLD and NEW differ where they do', async () => {
    const host = await running({ profile: 'OLD', packs: { impact: 7 } });
    const size = await info(host, 'EmptyLatentImage');
    expect(size?.input.required.width?.[1]).toMatchObject({ default: 512 });
    expect((await info(host, 'SaveImage'))?.output).toEqual([]);
    expect((await info(host, 'VAELoader'))?.input.required.vae_name?.[0]).toEqual(['sdxl_vae.safetensors']);
    const detailer = await info(host, 'FaceDetailer');
    expect(detailer?.input.optional).not.toHaveProperty('tiled_encode');
    expect(detailer?.input.required.scheduler?.[0]).not.toContain('OSS FLUX');
    expect((await info(host, 'SAMLoader'))?.input.required.model_name?.[0]).toEqual([
      'sam_vit_b_01ec64.pth',
      'ESAM',
    ]);
    await using fresh = await start();
    expect((await info(fresh, 'SaveImage'))?.output).toEqual(['IMAGE']);
    expect((await info(fresh, 'VAELoader'))?.input.required.vae_name?.[0]).toContain('pixel_space');
    expect((await info(fresh, 'FaceDetailer'))?.input.optional).toHaveProperty('tiled_encode');
  });

  test('detector names have a slash in front and the host separator behind', async () => {
    const host = await running({ separators: 'windows' });
    writeFakeModels(host.modelsDir, { 'ultralytics/bbox': ['more/eyes.pt'] });
    expect((await info(host, 'UltralyticsDetectorProvider'))?.input.required.model_name?.[0]).toEqual([
      'bbox/face_yolov8m.pt',
      'bbox/hand_yolov8s.pt',
      'bbox/more\\eyes.pt',
      'segm/person_yolov8m-seg.pt',
    ]);
  });
});

test('/models lists folders and names; an unknown or legacy folder is 404', async () => {
  const host = await running({ packs: { impact: false, subpack: true } });
  const folders = (await ask(host, '/models')).json<string[]>();
  expect(folders).toEqual(expect.arrayContaining(['checkpoints', 'loras', 'ultralytics_bbox']));
  expect(folders).not.toContain('sams');
  expect((await ask(host, '/models/loras')).json<string[]>()).toContain(
    'Illustrious/Styles/gouache.safetensors',
  );
  expect((await ask(host, '/models/ultralytics_bbox')).json()).toEqual([
    'face_yolov8m.pt',
    'hand_yolov8s.pt',
  ]);
  for (const folder of ['clip', 'unet', 'sams'])
    expect((await ask(host, `/models/${folder}`)).status).toBe(404);
  expect((await ask(host, '/embeddings')).json()).toEqual(['tidy_negative']);
});

test('a models folder without a word about detectors has the usual two', async () => {
  const host = await running();
  writeFakeModels(`${host.modelsDir}/other`, { checkpoints: ['a.safetensors'] });
  await using bare = await start({ modelsDir: `${host.modelsDir}/other` });
  expect((await ask(bare, '/models/ultralytics')).json()).toEqual([
    'bbox/face_yolov8m.pt',
    'bbox/hand_yolov8s.pt',
  ]);
  expect((await ask(bare, '/models/checkpoints')).json()).toEqual(['a.safetensors']);
});

test.each([
  ['OLD', 'linux', 'posix'],
  ['OLD', 'windows', 'nt'],
  ['NEW', 'linux', 'linux'],
  ['NEW', 'windows', 'win32'],
] as const)('%s on %s says %s', async (profile, separators, os) => {
  const host = await running({ profile, separators });
  const stats = (await ask(host, '/system_stats')).json<{ system: Json; devices: Json[] }>();
  expect(stats.system.os).toBe(os);
  expect(stats.devices[0]).toMatchObject({ type: 'cuda', index: 0 });
  expect((await ask(host, '/features')).json()).toMatchObject({ max_upload_size: 104857600 });
});

describe('the origin guard', () => {
  const knock = async (host: StandIn, headers: Record<string, string>): Promise<[number, string]> => {
    const answer = await ask(host, '/prompt', { headers });
    return [answer.status, answer.text];
  };

  test('refuses a page from elsewhere with an empty 403', async () => {
    const host = await running();
    expect(await knock(host, { origin: 'http://evil.example' })).toEqual([403, '']);
    expect((await knock(host, { origin: host.url }))[0]).toBe(200);
    expect((await knock(host, { origin: 'null' }))[0]).toBe(200);
    expect((await knock(host, {}))[0]).toBe(200);
  });

  test('NEW refuses cross-site requests whatever the host', async () => {
    const host = await running();
    expect((await knock(host, { 'sec-fetch-site': 'cross-site' }))[0]).toBe(403);
    await using old = await start({ profile: 'OLD' });
    expect((await knock(old, { 'sec-fetch-site': 'cross-site' }))[0]).toBe(200);
  });
});
