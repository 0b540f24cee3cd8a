import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { addressOf, switchedFields } from '@gaze/domain';
import { valueAt, type Path } from './values.ts';

export type SwitchState = 'in' | 'out' | 'random';
export type PartFacts = Pick<CategoryDeclaration, 'name' | 'singular' | 'sections'>;

type PartObject = Record<string, unknown>;

/** The parts of one category that a preset names, as it writes them; what names nobody is left out. */
export function rawParts({ name, singular }: PartFacts, data: EntityData): unknown[] {
  const value = data[singular] ?? data[name] ?? data[`${singular}_id`];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((part) => idOfPart({ singular }, part) !== null);
}

/** Whom a part names: an id, or `__random__`. */
export function idOfPart({ singular }: Pick<PartFacts, 'singular'>, part: unknown): string | null {
  const named = [part, ...[`${singular}_id`, 'id', 'slug'].map((key) => valueAt(part, [key]))];
  const id = named.find((value): value is string => typeof value === 'string' && value.trim() !== '');
  return id?.trim() ?? null;
}

/** The changes that give a preset these parts of a category, in the shape of today; older spellings of the key go. */
export function partChanges(
  { name, singular }: PartFacts,
  data: EntityData,
  parts: readonly unknown[],
): { path: Path; value: unknown }[] {
  const value = parts.length > 1 ? parts : (parts[0] ?? null);
  const older = [name, `${singular}_id`].filter((key) => Object.hasOwn(data, key));
  return [{ path: [singular], value }, ...older.map((key) => ({ path: [key], value: undefined }))];
}

export const newPart = ({ singular }: Pick<PartFacts, 'singular'>, id: string): PartObject => ({
  ...{ [`${singular}_id`]: id, use_lora: true },
});

/** A part as an object that can be changed: older files have a bare id. */
export function partObject({ singular }: Pick<PartFacts, 'singular'>, part: unknown): PartObject {
  if (typeof part === 'object' && part !== null && !Array.isArray(part)) return part as PartObject;
  return newPart({ singular }, idOfPart({ singular }, part) ?? '');
}

/** The same part with somebody else in it. Which fields are in goes along: a person has chosen it. */
export function withId(declaration: PartFacts, part: unknown, id: string): PartObject {
  const { id: _id, slug: _slug, outfit: _outfit, ...rest } = partObject(declaration, part);
  return { ...rest, [`${declaration.singular}_id`]: id };
}

/** What a part says of a field, whatever form it says it in. */
export function stateOf(declaration: PartFacts, part: unknown, address: string): SwitchState {
  const switches = switchesOf(part);
  const isIn = (draw: number) =>
    switchedFields(declaration as CategoryDeclaration, [address], switches, () => draw).length > 0;
  // a draw of 0 lets every random field in, a draw of 1 none
  return isIn(1) ? 'in' : isIn(0) ? 'random' : 'out';
}

/** The part with another word on one field; what is in is not said, as absent counts as in. */
export function withState(
  declaration: PartFacts,
  part: unknown,
  address: string,
  state: SwitchState,
): PartObject {
  const fields: Record<string, Record<string, unknown>> = {};
  for (const section of declaration.sections) {
    for (const key of section.keys) {
      const other = addressOf(section.name, key);
      const said = other === address ? state : stateOf(declaration, part, other);
      if (said !== 'in') (fields[section.name] ??= {})[key] = said === 'out' ? false : 'random';
    }
  }
  const { fields: _fields, ...rest } = partObject(declaration, part);
  return Object.keys(fields).length === 0 ? rest : { ...rest, fields };
}

export const nextState: Readonly<Record<SwitchState, SwitchState>> = {
  in: 'out',
  out: 'random',
  random: 'in',
};

function switchesOf(part: unknown): Parameters<typeof switchedFields>[2] {
  const fields = valueAt(part, ['fields']);
  return typeof fields === 'object' && fields !== null ? (fields as PartObject | unknown[]) : {};
}
