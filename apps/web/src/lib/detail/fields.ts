import type { CategoryDeclaration } from '@gaze/contracts';
import { addressOf, triggersAddress } from '@gaze/domain';

/**
 * Stands for «no field at all»: an empty list would mean «as usual». Names that an entity does not have are
 * ignored, so a list of this one alone leaves every field out.
 */
export const nothing = 'nothing::selected';

/** Every address that a category declares, populated or not, in canonical order. */
export function declaredFields(declaration: Pick<CategoryDeclaration, 'sections'>): string[] {
  return declaration.sections.flatMap((section) => section.keys.map((key) => addressOf(section.name, key)));
}

/**
 * The fields that are in the prompt: the chosen ones, else the saved defaults with the LoRA's triggers, else all.
 * @param chosen null: nobody has chosen on this page
 */
export function fieldsInPrompt(
  chosen: readonly string[] | null,
  defaults: readonly string[],
  declared: readonly string[],
): ReadonlySet<string> {
  if (chosen !== null && chosen.length > 0) return new Set(chosen);
  if (defaults.length > 0) return new Set([...defaults, triggersAddress]);
  return new Set(declared);
}

/**
 * The choice after a field was switched. It keeps declared fields that are blank today, so that one which gets
 * text later, or has text in another outfit, is in the prompt too.
 */
export function switchField(
  inPrompt: ReadonlySet<string>,
  address: string,
  declared: readonly string[],
): string[] {
  const next = declared.filter((other) => (other === address ? !inPrompt.has(other) : inPrompt.has(other)));
  return next.length > 0 ? next : [nothing];
}

/** What to save as default: nothing in particular where every field with text is in, so that new ones are, too. */
export function asDefaults(inPrompt: ReadonlySet<string>, populated: readonly string[]): string[] {
  return populated.every((address) => inPrompt.has(address)) ? [] : [...inPrompt];
}

/** Whether two sets agree on every field that has text. */
export function isSameChoice(
  a: ReadonlySet<string>,
  b: ReadonlySet<string>,
  populated: readonly string[],
): boolean {
  return populated.every((address) => a.has(address) === b.has(address));
}

const shortKeys: Record<string, string> = { base_specs: 'base', lora_triggers: 'triggers' };

/** A field's key as a chip shows it. */
export function keyLabel(key: string): string {
  return shortKeys[key] ?? key.replaceAll('_', ' ');
}
