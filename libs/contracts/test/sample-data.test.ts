import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { categories, categoryList, RANDOM, Side, Slug } from '../src/index.ts';
import type { CategoryDeclaration, CategoryName, EntityData } from '../src/index.ts';
import { shipped, withoutCover } from './shipped-samples.ts';

const dataDir = path.resolve(import.meta.dirname, '../../../data');

interface Sample {
  declaration: CategoryDeclaration;
  file: string;
  slug: string;
  data: EntityData;
}

function readSamples(declaration: CategoryDeclaration): Sample[] {
  return shipped[declaration.name].map((slug) => {
    const file = `${declaration.folder}/${slug}.json`;
    const data = JSON.parse(readFileSync(path.join(dataDir, file), 'utf8')) as EntityData;
    return { declaration, file, slug, data };
  });
}

const samples = categoryList.flatMap(readSamples);
const ofCategory = (name: CategoryName) => samples.filter(({ declaration }) => declaration.name === name);
const idsOf = (name: CategoryName) =>
  new Set(ofCategory(name).map((sample) => sample.data[sample.declaration.idField]));

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** Every text of a value, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

describe('the sample data', () => {
  describe.each(samples.map((sample) => [sample.file, sample] as const))(
    '%s',
    (_file, { declaration, slug, data }) => {
      test('keeps the schema of its category', () => {
        const checked = declaration.schema.safeParse(data);
        expect(checked.error?.issues ?? []).toEqual([]);
      });

      test('has an id, a name, and lies under its own slug', () => {
        const id = data[declaration.idField];
        expect(typeof id).toBe('string');
        expect(String(data[declaration.nameField]).trim()).not.toBe('');
        const replacement = declaration.slugRule === 'strip' ? '' : '_';
        expect(String(id).replace(/[^a-zA-Z0-9_]/g, replacement)).toBe(slug);
        expect(Slug.safeParse(slug).success).toBe(true);
      });

      test('is safe for work, and says so', () => {
        expect(object(data.tags).nsfw).toBe(false);
        expect(textsOf(data).join(', ')).not.toMatch(
          /\b(nude|naked|nipples?|sex|blood|gore|nsfw|explicit)\b/i,
        );
      });

      test('has every tag of its category and no other', () => {
        const expected = [...declaration.tags.map(({ key }) => key), 'nsfw'].sort();
        expect(Object.keys(object(data.tags)).sort()).toEqual(expected);
      });

      test('names its LoRA below the folder of its category, with a weight that ComfyUI takes', () => {
        const lora = object(data.lora);
        if (declaration.loraFolder === null) {
          expect(data.lora).toBeUndefined();
          return;
        }
        const { lora_name: name, lora_weight: weight } = lora;
        expect(name === '' || String(name).startsWith(declaration.loraFolder)).toBe(true);
        if (name !== '') expect(name).toMatch(/^[\w/]+\.safetensors$/);
        expect(weight).toBeTypeOf('number');
        expect(Math.abs(Number(weight))).toBeLessThanOrEqual(2);
      });

      test('has no prompt field that the category does not know', () => {
        for (const section of declaration.sections) {
          if (section.atRoot === true || section.name === 'lora') continue;
          const known = new Set([...section.keys, ...(section.silentKeys ?? [])]);
          const value = object(data[section.name]);
          const groups = Object.values(value).every((inner) => typeof inner === 'object')
            ? Object.values(value)
            : [value];
          for (const group of groups)
            for (const key of Object.keys(object(group))) expect(known, section.name).toContain(key);
        }
      });
    },
  );

  test('has one entry per id', () => {
    for (const { name } of categoryList) expect(idsOf(name).size, name).toBe(ofCategory(name).length);
  });

  test('shows every form that users meet', () => {
    const wardrobes = ofCategory('characters').map(({ data }) => Object.values(object(data.wardrobe)));
    expect(wardrobes.some((values) => values.every((value) => typeof value === 'object'))).toBe(true);
    expect(wardrobes.some((values) => values.every((value) => typeof value === 'string'))).toBe(true);
    const loras = samples.map(({ data }) => object(data.lora));
    expect(loras.some((lora) => lora.lora_name === '')).toBe(true);
    expect(loras.some((lora) => Number(lora.lora_weight_min) < Number(lora.lora_weight_max))).toBe(true);
    expect(ofCategory('outfits').some(({ data }) => object(data.lora).lora_name !== '')).toBe(true);
    const presets = ofCategory('presets').flatMap(({ data }) => textsOf(data));
    expect(presets).toContain('random');
    expect(presets).toContain(RANDOM);
  });
});

describe('references inside the sample data', () => {
  test.each(ofCategory('looks').map(({ slug, data }) => [slug, data] as const))(
    'the look %s belongs to a character',
    (_slug, data) => {
      expect(idsOf('characters')).toContain(data.character_id);
    },
  );

  describe.each(ofCategory('presets').map(({ slug, data }) => [slug, data] as const))(
    'the preset %s',
    (_slug, data) => {
      test('names parts that exist', () => {
        for (const declaration of categoryList.filter(({ generation }) => generation.kind === 'part')) {
          const id = object(data[declaration.singular])[`${declaration.singular}_id`];
          if (id === undefined || id === null || id === RANDOM) continue;
          expect(idsOf(declaration.name), declaration.singular).toContain(id);
        }
        const checkpoint = object(data.checkpoint).checkpoint_path;
        if (checkpoint !== null) expect(idsOf('checkpoints')).toContain(checkpoint);
      });

      test('names an outfit and fields that its character has', () => {
        const part = object(data.character);
        const character = ofCategory('characters').find(
          (sample) => sample.data.character_id === part.character_id,
        );
        if (part.character_id !== RANDOM) expect(character).toBeDefined();
        if (part.outfit !== undefined)
          expect(Object.keys(object(character?.data.wardrobe))).toContain(part.outfit);
        for (const [name, fields] of Object.entries(object(part.fields))) {
          const section = categories.characters.sections.find((candidate) => candidate.name === name);
          for (const [key, value] of Object.entries(object(fields))) {
            expect(section?.keys).toContain(key);
            expect([true, false, 'random']).toContain(value);
          }
        }
      });

      test('has a size that ComfyUI takes', () => {
        expect(Side.safeParse(data.width).success && Side.safeParse(data.height).success).toBe(true);
      });
    },
  );

  test('every wildcard that a prompt names has a file with lines to draw', () => {
    const names = new Set(
      samples
        .flatMap(({ data }) => textsOf(data))
        .flatMap((text) => [...text.matchAll(/__([a-z]+)__/g)].map((m) => m[1] ?? '')),
    );
    names.delete('random');
    expect(names.size).toBeGreaterThan(0);
    for (const name of names) {
      const lines = readFileSync(path.join(dataDir, 'wildcards', `${name}.txt`), 'utf8').split('\n');
      expect(
        lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).length,
        name,
      ).toBeGreaterThan(1);
    }
  });
});

describe('the sample covers', () => {
  const coverOf = ({ declaration, slug }: Sample) =>
    path.join(dataDir, 'covers', declaration.name, `${slug}.webp`);
  const covered = samples.filter(({ slug }) => !withoutCover.includes(slug));

  test.each(covered.map((sample) => [sample.file, coverOf(sample)]))(
    '%s has a WebP picture in 2:3 under 60 kB',
    (_file, cover) => {
      expect(statSync(cover).size).toBeLessThan(60_000);
      expect(webpSize(readFileSync(cover))).toEqual({ width: 832, height: 1248 });
    },
  );

  test('no library is empty of pictures, and a few entries are left without on purpose', () => {
    for (const { name } of categoryList) {
      expect(covered.filter(({ declaration }) => declaration.name === name).length, name).toBeGreaterThan(3);
    }
    expect(samples.length - covered.length).toBe(withoutCover.length);
  });

  test('all that ships is small', () => {
    const files = [...samples.map(({ file }) => path.join(dataDir, file)), ...covered.map(coverOf)];
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(3_000_000);
  });
});

/** Width and height from the header of a lossy WebP file (`VP8 `), which all covers are. */
function webpSize(bytes: Buffer): { width: number; height: number } {
  expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 16)).toBe('RIFFWEBPVP8 ');
  return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
}
