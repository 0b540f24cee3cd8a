import { galleryRpc } from '@gaze/contracts';
import type { ImageView } from '@gaze/contracts';
import { diskStore, insertPngText } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { callRpc } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import { testLog } from '@gaze/testing';
import type { z } from 'zod';
import type { Db } from '../../src/db/connect.ts';
import { buildEvents } from '../../src/events/events.ts';
import { buildImages } from '../../src/images/images.ts';
import type { Images } from '../../src/images/images.ts';
import { testBus } from './bus.ts';
import { catalogDatabase } from './database.ts';
import { picture } from './files.ts';
import { testLibrary } from './library.ts';
import type { TestLibrary } from './library.ts';

export interface TestGallery extends AsyncDisposable {
  on: TestLibrary;
  asker: NatsConnection;
  ask: <K extends keyof typeof galleryRpc>(
    name: K,
    input: object,
  ) => Promise<z.output<(typeof galleryRpc)[K]['output']>>;
}

/** A library whose pictures answer on a bus. */
export async function testGallery(): Promise<TestGallery> {
  const bus = await testBus();
  const on = await testLibrary();
  const servers = on.images.serve(bus.nc);
  await bus.nc.flush();
  return {
    ...{ on, asker: bus.asker },
    ask: (name, input) => callRpc(bus.asker, galleryRpc[name] as never, input as never) as never,
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server.stop();
      await on[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}

let shade = 0;

/** A picture that no other test picture equals, with texts in it. */
export async function foreignPicture(texts: Record<string, string> = {}, side = 64): Promise<Buffer> {
  shade += 1;
  return insertPngText(await picture('png', side, shade % 256), { made: String(shade), ...texts });
}

/** A ComfyUI graph as its pictures carry it. */
export function comfyPrompt(of: {
  positive: string;
  negative?: string;
  seed?: number;
  lora?: string;
}): string {
  return JSON.stringify({
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed: of.seed ?? 7,
        steps: 20,
        cfg: 6,
        model: ['16', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    },
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'Illustrious\\paper.safetensors' } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: of.positive, clip: ['16', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: of.negative ?? '', clip: ['16', 1] } },
    '16': {
      class_type: 'LoraLoader',
      inputs: { lora_name: of.lora ?? 'Looks\\elke.safetensors', strength_model: 0.8, model: ['4', 0] },
    },
  });
}

/** Another database on the same store: what is left when the first one is lost. */
export async function freshDatabaseOn(
  storeRoot: string,
): Promise<{ db: Db; store: ObjectStore; images: Images } & AsyncDisposable> {
  const database = await catalogDatabase();
  const { db } = database;
  const store = diskStore({ root: storeRoot });
  const log = testLog('catalog');
  const events = buildEvents({ db, publish: () => undefined, log });
  const images = buildImages({ db, store, events, log });
  return {
    ...{ db, store, images },
    async [Symbol.asyncDispose]() {
      await images.stop();
      await events.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const idsOf = (images: readonly Pick<ImageView, 'id'>[]): string[] => images.map(({ id }) => id);
