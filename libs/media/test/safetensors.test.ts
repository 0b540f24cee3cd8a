import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModelHeader } from '../src/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gaze-models-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lengthOf = (bytes: bigint): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(bytes, 0);
  return out;
};
async function model(header: unknown, weights = 64): Promise<string> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  return file(Buffer.concat([lengthOf(BigInt(text.length)), text, Buffer.alloc(weights)]));
}
let files = 0;
async function file(bytes: Buffer): Promise<string> {
  const at = join(folder, `${files++}.safetensors`);
  await writeFile(at, bytes);
  return at;
}
const read = async (metadata: Record<string, unknown>) =>
  readModelHeader(await model({ __metadata__: metadata }));

describe('the header of a model file', () => {
  test('a trained LoRA says its tags by frequency, base model, size and folders', async () => {
    const found = await read({
      ss_output_name: 'elke_v2',
      ss_base_model_version: 'sdxl_base_v1-0',
      ss_resolution: '(1024, 1024)',
      ss_tag_frequency: JSON.stringify({
        '10_elke marrow': { '1girl': 40, 'red hair': 38, lantern: 3 },
        '5_extra': { '1girl': 2, lantern: 9 },
      }),
      format: 'pt',
    });
    expect(found).toMatchObject({
      title: 'elke_v2',
      baseModel: 'sdxl_base_v1-0',
      resolution: '1024x1024',
      triggers: ['elke marrow', 'extra'],
      tags: [
        { tag: '1girl', count: 42 },
        { tag: 'red hair', count: 38 },
        { tag: 'lantern', count: 12 },
      ],
    });
  });

  test('modelspec wins over what the trainer wrote', async () => {
    expect(
      await read({
        'modelspec.title': 'Elke',
        'modelspec.architecture': 'stable-diffusion-xl-v1-base/lora',
        'modelspec.trigger_phrase': 'elke, elke marrow, elke',
        'modelspec.resolution': '832x1216',
        'modelspec.description': ' Trained on one coat. ',
        'modelspec.usage_hint': 'Use 0.7.',
        ss_training_comment: 'Use 0.7.',
        ss_output_name: 'x',
        ss_base_model_version: 'y',
        ss_tag_frequency: '{"1_z": {"a": 1}}',
      }),
    ).toMatchObject({
      title: 'Elke',
      baseModel: 'stable-diffusion-xl-v1-base/lora',
      triggers: ['elke', 'elke marrow'],
      resolution: '832x1216',
      notes: 'Trained on one coat.\nUse 0.7.',
    });
  });

  test('a model without any metadata is a model all the same', async () => {
    expect(
      await readModelHeader(await model({ w: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } })),
    ).toMatchObject({
      title: null,
      baseModel: null,
      triggers: [],
      tags: [],
      notes: null,
    });
  });

  test('the weights are never read: a sparse file of a terabyte takes no time', async () => {
    const { truncate } = await import('node:fs/promises');
    const at = await model({ __metadata__: { 'modelspec.title': 'huge' } });
    await truncate(at, 1024 ** 4);
    expect(await readModelHeader(at)).toMatchObject({ title: 'huge' });
  });

  test('equal headers have equal hashes, others do not', async () => {
    const [a, b, c] = [await read({ x: '1' }), await read({ x: '1' }), await read({ x: '2' })];
    expect(a.headerSha256).toBe(b.headerSha256);
    expect(a.headerSha256).not.toBe(c.headerSha256);
  });

  test.each([
    ['nothing', () => file(Buffer.alloc(0)), /too short/],
    ['a length beyond its end', () => file(Buffer.concat([lengthOf(5000n), Buffer.from('{}')])), /cut off/],
    ['a length of exabytes', () => file(Buffer.concat([lengthOf(2n ** 63n), Buffer.alloc(99)])), /16 MB/],
    ['no JSON', () => model('{"a": '), /no JSON/],
    ['a list', () => model([1, 2]), /no JSON object/],
    ['a pickle', () => file(Buffer.from('\x80\x02}q\0(X\x0a\0\0\0state_dict')), /16 MB|cut off/],
  ])('%s is refused in words', async (_what, make, says) => {
    const at = await make();
    await expect(readModelHeader(at)).rejects.toMatchObject({ code: 'data_error', message: says });
  });

  test('hostile metadata is read as far as it is text and numbers', async () => {
    const found = await readModelHeader(
      await model(
        '{"__metadata__":{"__proto__":{"polluted":"x"},"ss_tag_frequency":"{\\"__proto__\\":{\\"a\\":1},\\"1_b\\":{\\"t\\":-1,\\"u\\":\\"9\\",\\"v\\":1e400,\\"w\\":2}}","modelspec.title":"' +
          'T'.repeat(5000) +
          '","ss_resolution":7},"__proto__":{"__metadata__":{"modelspec.title":"wrong"}}}',
      ),
    );
    expect(found.tags).toEqual([
      { tag: 'w', count: 2 },
      { tag: 'a', count: 1 },
    ]);
    expect(found.title).toHaveLength(200);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    const deep = await readModelHeader(
      await model(`{"__metadata__":{"x":"1"},"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
    );
    expect(deep.tags).toEqual([]);
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`tag${i}`, i + 1]));
    expect((await read({ ss_tag_frequency: JSON.stringify({ '1_x': many }) })).tags).toHaveLength(200);
  });
});
