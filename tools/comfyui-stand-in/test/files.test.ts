import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import type { StandIn } from '../src/index.ts';
import { ask, detailedGraph, ended, historyOf, queue, simpleGraph, start, withInput } from './client.ts';
import type { Graph } from './client.ts';

let standIn: StandIn | undefined;
async function running(options: Parameters<typeof start>[0] = {}): Promise<StandIn> {
  standIn = await start(options);
  return standIn;
}
afterEach(async () => {
  await standIn?.stop();
  standIn = undefined;
});

interface Image {
  filename: string;
  subfolder: string;
  type: string;
}

async function render(host: StandIn, graph: Graph, extra: Record<string, unknown> = {}): Promise<Image[]> {
  const id = await queue(host, graph, { extra_data: extra });
  await ended(host, id);
  const entry = await historyOf(host, id);
  if (entry?.status.status_str !== 'success') throw new Error(JSON.stringify(entry?.status));
  return Object.values(entry.outputs).flatMap((output) => output.images);
}

const view = (host: StandIn, image: Partial<Image>, more = ''): Promise<Response> =>
  fetch(`${host.url}/view?${new URLSearchParams({ ...image }).toString()}${more}`);
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

/** The tEXt chunks of a PNG, read by hand. */
function textChunks(png: Buffer): Record<string, string> {
  const texts: Record<string, string> = {};
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + 8, at + 8 + length);
    if (png.toString('latin1', at + 4, at + 8) === 'tEXt') {
      const end = data.indexOf(0);
      texts[data.toString('latin1', 0, end)] = data.toString('latin1', end + 1);
    }
    at += 12 + length;
  }
  return texts;
}

describe('saving', () => {
  test('a PNG of the requested size, floored to eight, with the graph and every extra in its text', async () => {
    const host = await running();
    const graph = withInput(simpleGraph({ text: 'größe, “quotes”, 日本' }), '5', 'width', 131);
    const gaze = { job: 'j', prompt: 'ü\u0000' };
    const [image] = await render(host, graph, { extra_pnginfo: { workflow: { nodes: [] }, gaze } });
    const png = await bytesOf(await view(host, image ?? {}));
    const { width, height, format } = await sharp(png).metadata();
    expect([width, height, format]).toEqual([128, 192, 'png']);
    const texts = textChunks(png);
    expect(Object.keys(texts)).toEqual(['prompt', 'workflow', 'gaze']);
    expect(texts.prompt).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(texts.prompt ?? '')).toEqual(graph);
    expect(JSON.parse(texts.gaze ?? '')).toEqual(gaze);
  });

  test('counts on from what lies in the folder, a batch included', async () => {
    const host = await running();
    await render(host, simpleGraph({ seed: 1 }));
    writeFileSync(join(host.outputDir, 'gaze', 'test_00041_.png'), 'by hand');
    const images = await render(host, withInput(simpleGraph({ seed: 2 }), '5', 'batch_size', 2));
    expect(images.map((image) => image.filename)).toEqual(['test_00042_.png', 'test_00043_.png']);
    const [one, two] = images.map((image) =>
      readFileSync(join(host.outputDir, image.subfolder, image.filename)),
    );
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(false);
  });

  test('a prefix may name a folder and use tokens', async () => {
    const host = await running();
    const [image] = await render(host, simpleGraph({ prefix: 'a/b/%width%x%height%' }));
    expect(image).toMatchObject({ subfolder: 'a/b', filename: '128x192_00001_.png', type: 'output' });
  });

  test('Windows answers backslashes and takes both kinds', async () => {
    const host = await running({ separators: 'windows' });
    const graph = withInput(
      simpleGraph({ prefix: 'gaze/j_1' }),
      '4',
      'ckpt_name',
      'Noob\\lantern.safetensors',
    );
    const [image] = await render(host, withInput(graph, '9', 'filename_prefix', 'gaze/deep/j_1'));
    expect(image?.subfolder).toBe('gaze\\deep');
    expect((await view(host, image ?? {})).status).toBe(200);
    expect((await view(host, { ...image, subfolder: 'gaze/deep' })).status).toBe(200);
  });

  test('a prefix that leaves the folder fails at run time', async () => {
    const host = await running();
    const id = await queue(host, simpleGraph({ prefix: '../../elsewhere/x' }));
    await ended(host, id);
    const last = (await historyOf(host, id))?.status.messages.at(-1);
    expect(last).toMatchObject(['execution_error', { node_id: '9', exception_type: 'Exception' }]);
    expect(existsSync(join(host.outputDir, '..', '..', 'elsewhere'))).toBe(false);
  });

  test('previews of the graph lie in temp and vanish at a restart', async () => {
    const host = await running();
    const graph = { ...simpleGraph(), '9': { class_type: 'PreviewImage', inputs: { images: ['8', 0] } } };
    const [image] = await render(host, graph);
    expect(image?.type).toBe('temp');
    expect((await view(host, image ?? {})).status).toBe(200);
    await host.restart();
    expect((await view(host, image ?? {})).status).toBe(404);
  });

  test('the same request gives the same pixels; seed, prompt, checkpoint and passes change them', async () => {
    const pixels = async (graph: Graph): Promise<string> => {
      await using host = await start();
      const [image] = await render(host, graph);
      const png = readFileSync(join(host.outputDir, image?.subfolder ?? '', image?.filename ?? ''));
      return createHash('sha256')
        .update(await sharp(png).raw().toBuffer())
        .digest('hex');
    };
    const base = simpleGraph({ text: '1girl, blue hair, night', seed: 7 });
    const first = await pixels(base);
    expect(await pixels(base)).toBe(first);
    const others = await Promise.all([
      pixels(simpleGraph({ text: '1girl, blue hair, night', seed: 8 })),
      pixels(simpleGraph({ text: '1girl, red hair, night', seed: 7 })),
      pixels(withInput(base, '4', 'ckpt_name', 'Noob/lantern.safetensors')),
      pixels(detailedGraph({ text: '1girl, blue hair, night', seed: 7 })),
    ]);
    expect(new Set([first, ...others]).size).toBe(5);
  });

  test('plain pictures are one colour, of the size, another one for another seed', async () => {
    const host = await running({ pictures: 'plain' });
    const colours: string[] = [];
    for (const seed of [1, 2]) {
      const [image] = await render(host, simpleGraph({ seed }));
      const png = await bytesOf(await view(host, image ?? {}));
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([128, 192]);
      expect(data.subarray(0, 3)).toEqual(data.subarray(-3));
      colours.push(data.subarray(0, 3).toString('hex'));
    }
    expect(colours[0]).not.toBe(colours[1]);
  });

  test('a prompt with markup and broken characters is drawn as text', async () => {
    const host = await running();
    const text = `<image href="file:///etc/passwd"/> & "quoted" \ud800 \u0007 ${'x'.repeat(500)}`;
    const [image] = await render(host, simpleGraph({ text }));
    const png = await bytesOf(await view(host, image ?? {}));
    expect((await sharp(png).stats()).isOpaque).toBe(true);
  });
});

describe('/view', () => {
  test.each([
    ['', 404],
    ['filename=', 400],
    ['filename=/etc/passwd', 400],
    ['filename=..%2F..%2Fsecret.png', 400],
    ['filename=test_00001_.png&type=models', 400],
    ['filename=test_00001_.png&subfolder=..%2F..', 403],
    ['filename=test_00001_.png&subfolder=%2Fetc', 403],
    ['filename=nothing.png', 404],
    ['filename=test_00001_.png', 404],
    ['filename=gaze%2Ftest_00001_.png', 404],
    ['filename=test_00001_.png&subfolder=gaze', 200],
    ['filename=test_00001_.png%20%5Boutput%5D&subfolder=gaze&type=input', 200],
    ['filename=test_00001_.png%20%5Btemp%5D&subfolder=gaze', 404],
    ['filename=test_00001_.png&subfolder=gaze&rand=0.5', 200],
  ])('?%s answers %i', async (search, status) => {
    const host = await running();
    await render(host, simpleGraph({ steps: 1 }));
    expect((await fetch(`${host.url}/view?${search}`)).status).toBe(status);
  });

  test('the raw file has its length, type and name; NEW forbids sniffing', async () => {
    const host = await running();
    const [image] = await render(host, simpleGraph());
    const response = await view(host, image ?? {});
    const bytes = await bytesOf(response);
    expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('content-disposition')).toBe('filename="test_00001_.png"');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(host.log.of('saved')[0]?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test.each([
    ['webp;90', 'image/webp', 'webp'],
    ['jpeg;80', 'image/jpeg', 'jpeg'],
    ['tiff', 'image/webp', 'webp'],
    ['jpeg', 'image/jpeg', 'jpeg'],
  ])('preview=%s is %s', async (preview, type, format) => {
    const host = await running();
    const [image] = await render(host, simpleGraph({ steps: 1 }));
    const response = await view(host, image ?? {}, `&preview=${encodeURIComponent(preview)}`);
    expect(response.headers.get('content-type')).toBe(type);
    expect((await sharp(await bytesOf(response)).metadata()).format).toBe(format);
  });

  test('a preview of what is no picture is an error of the server', async () => {
    const host = await running();
    writeFileSync(join(host.outputDir, 'note.txt'), 'hello');
    expect((await fetch(`${host.url}/view?filename=note.txt`)).headers.get('content-type')).toContain(
      'text/plain',
    );
    expect((await fetch(`${host.url}/view?filename=note.txt&preview=webp`)).status).toBe(500);
  });
});

describe('/upload/image', () => {
  async function upload(
    host: StandIn,
    bytes: Buffer,
    fields: Record<string, string> = {},
    name = 'in.png',
  ): Promise<Response> {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(bytes)]), name);
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    return fetch(`${host.url}/upload/image`, { method: 'POST', body: form });
  }
  const solid = (background: string): Promise<Buffer> =>
    sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toBuffer();

  test('keeps a name, gives another file another one, and reuses the same content', async () => {
    const host = await running();
    const [red, blue] = [await solid('#f00'), await solid('#00f')];
    const named = async (bytes: Buffer, fields = {}): Promise<unknown> =>
      (await upload(host, bytes, fields)).json();
    expect(await named(red)).toEqual({ name: 'in.png', subfolder: '', type: 'input' });
    expect(await named(blue)).toMatchObject({ name: 'in (1).png' });
    expect(await named(blue)).toMatchObject({ name: 'in (1).png' });
    expect(await named(blue, { overwrite: 'true', subfolder: 'a' })).toEqual({
      name: 'in.png',
      subfolder: 'a',
      type: 'input',
    });
    const graph: Graph = {
      '1': { class_type: 'LoadImage', inputs: { image: 'a/in.png' } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'copy' } },
    };
    const [image] = await render(host, graph);
    const copy = await bytesOf(await view(host, image ?? {}));
    const { dominant } = await sharp(copy).stats();
    expect(dominant.b).toBeGreaterThan(200);
    expect(dominant.r).toBeLessThan(50);
  });

  test('refuses escapes, an unknown type and what is no form', async () => {
    const host = await running();
    const red = await solid('#f00');
    expect((await upload(host, red, { subfolder: '../../x' })).status).toBe(400);
    expect((await upload(host, red, { type: 'models' })).status).toBe(500);
    expect((await ask(host, '/upload/image', { method: 'POST', body: '{}' })).status).toBe(400);
    const empty = new FormData();
    empty.set('type', 'input');
    expect((await fetch(`${host.url}/upload/image`, { method: 'POST', body: empty })).status).toBe(400);
  });

  test('a body over the limit is 413', async () => {
    const host = await running({ maxUploadMb: 0.01 });
    const large = await sharp({
      create: {
        width: 300,
        height: 300,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .png()
      .toBuffer();
    expect((await upload(host, large)).status).toBe(413);
    expect((await ask(host, '/prompt', { method: 'POST', body: 'x'.repeat(20_000) })).status).toBe(413);
  });
});

test('the pixels of a PNG are whole', async () => {
  const host = await running();
  const [image] = await render(host, simpleGraph());
  const png = await bytesOf(await view(host, image ?? {}));
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  expect(inflateSync(Buffer.concat(data)).length).toBe(192 * (1 + 128 * 3));
});
