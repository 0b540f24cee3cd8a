import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { DomainError, sideLimits, wardrobe } from '@gaze/domain';
import { shownText, valueAt, type Path } from './values.ts';
import type { Shape } from './shape.ts';

/** Something about a value that cannot stay so, as a sentence. */
export interface Fault {
  path: Path;
  message: string;
}

type Facts = Pick<CategoryDeclaration, 'name' | 'folder' | 'sections' | 'nameField' | 'generation'>;

interface Bounds {
  least: number;
  most: number;
  multipleOf?: number;
}

const { least, most, multipleOf } = sideLimits;
/** What the engine takes, beyond what the schema says; whole numbers where `multipleOf` is given. */
const bounds: Readonly<Record<string, Readonly<Record<string, Bounds>>>> = {
  checkpoint: {
    steps: { least: 1, most: 10_000, multipleOf: 1 },
    cfg: { least: 0, most: 100 },
    clip_skip: { least: -24, most: 24, multipleOf: 1 },
  },
  preset: { width: { least, most, multipleOf }, height: { least, most, multipleOf } },
  part: {},
};
const loraBounds: Bounds = { least: -10, most: 10 };

/** Everything in an entity's data that saving or rendering would stumble over, in the order of the schema. */
export function faultsOf(declaration: Facts, shape: Shape, data: EntityData): Fault[] {
  const faults = [...shapeFaults(shape, data, []), ...wardrobeFaults(declaration, data)];
  const named = new Set(faults.map(({ path }) => path.join('/')));
  const more = [
    ...Object.entries(bounds[declaration.generation.kind] ?? {}).map(([key, limits]) => ({
      path: [key],
      limits,
    })),
    ...['lora_weight', 'lora_weight_min', 'lora_weight_max'].map((key) => ({
      path: ['lora', key],
      limits: loraBounds,
    })),
  ].flatMap(({ path, limits }) => boundFault(path, valueAt(data, path), limits));
  return [...faults, ...more.filter(({ path }) => !named.has(path.join('/')))];
}

function shapeFaults(shape: Shape, value: unknown, path: Path): Fault[] {
  if (value === undefined || value === null) return [];
  if (shape.kind !== 'group') {
    const message = faultOf(shape.kind, value);
    return message === null ? [] : [{ path, message }];
  }
  // the old form of tags: a list of words
  if (path.length === 1 && path[0] === 'tags' && Array.isArray(value)) return [];
  if (typeof value !== 'object' || Array.isArray(value))
    return [{ path, message: 'This must be an object of fields. Correct it in the JSON.' }];
  return Object.entries(shape.keys).flatMap(([key, inner]) =>
    shapeFaults(inner, valueAt(value, [key]), [...path, key]),
  );
}

function faultOf(kind: Exclude<Shape['kind'], 'group'>, value: unknown): string | null {
  if (kind === 'text') return typeof value === 'string' ? null : 'This must be text in double quotes.';
  if (kind === 'prompt') return isPrompt(value) ? null : 'This must be text, or a list of texts.';
  if (kind === 'number')
    return isNumber(value) ? null : `«${shownText(value)}» is no number. Write one such as 0.8.`;
  if (kind === 'switch')
    return typeof value === 'boolean' || /^\s*(true|false)\s*$/i.test(shownText(value))
      ? null
      : 'This must be true or false.';
  return null;
}

const isPrompt = (value: unknown): boolean =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((item) => item === null || typeof item === 'string'));

const isNumber = (value: unknown): boolean =>
  typeof value === 'number' ||
  (typeof value === 'string' && (value.trim() === '' || Number.isFinite(Number(value))));

/** What a schema of a record cannot say: fields or outfits, and text in each field. */
function wardrobeFaults(declaration: Facts, data: EntityData): Fault[] {
  const nested = declaration.sections.find((section) => section.nested === true);
  if (nested === undefined) return [];
  try {
    const { shape, outfits } = wardrobe(data);
    return Object.entries(outfits).flatMap(([outfit, fields]) =>
      nested.keys.flatMap((key) => {
        const value = valueAt(fields, [key]);
        if (value === undefined || value === null || isPrompt(value)) return [];
        const path = [nested.name, ...(shape === 'flat' ? [] : [outfit]), key];
        return [{ path, message: 'This must be text, or a list of texts.' }];
      }),
    );
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [
      {
        path: [nested.name],
        message: 'A wardrobe holds either fields only, or outfits by name only. Correct it in the JSON.',
      },
    ];
  }
}

function boundFault(path: Path, value: unknown, limits: Bounds): Fault[] {
  const text = shownText(value).trim();
  const number = Number(text);
  if (text === '' || !Number.isFinite(number)) return [];
  const isWithin = number >= limits.least && number <= limits.most;
  if (isWithin && (limits.multipleOf === undefined || number % limits.multipleOf === 0)) return [];
  const kind =
    limits.multipleOf === undefined
      ? 'a number'
      : limits.multipleOf === 1
        ? 'a whole number'
        : `a multiple of ${limits.multipleOf}`;
  return [{ path, message: `This must be ${kind} from ${limits.least} to ${limits.most}.` }];
}
