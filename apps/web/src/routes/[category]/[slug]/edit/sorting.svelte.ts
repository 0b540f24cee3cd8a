import type { TagCategory } from '@gaze/contracts';
import { dedupe, joinTags, normalise, splitTags } from '@gaze/domain';
import { api } from '#lib/api/client.ts';
import type { EditPage } from '#lib/edit/edit-page.svelte.ts';
import { fieldLabel } from '#lib/edit/labels.ts';
import { shownText, textValue, type Path } from '#lib/edit/values.ts';
import type { Pasted } from '#lib/tags/pasted.ts';
import { placeTags } from '#lib/tags/place-tags.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

export interface Offer {
  address: string;
  /** The field that it was pasted into. */
  path: Path;
  pasted: Pasted;
  /** Were in the field before. */
  known: number;
}

/** A prompt with fewer tags is no whole prompt, and nobody wants to be asked about it. */
const leastTags = 4;

/** Pasted prompts that could be taken apart into the fields of the form. */
export class Sorting {
  offered = $state.raw<Offer | null>(null);
  isBusy = $state(false);
  /** The outfit whose fields are on the page: clothes go there. */
  outfitPath: Path | null = null;
  #edit: EditPage;

  constructor(edit: EditPage) {
    this.#edit = edit;
  }

  offer(offer: Offer): void {
    const { tags, negative } = offer.pasted;
    const isLong = tags.length >= leastTags || negative.length > 0;
    this.offered = isLong && this.#fields().size > 1 ? offer : null;
  }

  leave(): void {
    this.offered = null;
  }

  /** Puts each tag into the field that it belongs to; what has no place stays where it was pasted. */
  async sort(): Promise<void> {
    const { offered } = this;
    if (offered === null) return;
    this.isBusy = true;
    const { tags, negative } = offered.pasted;
    const fields = this.#fields();
    const kinds = await this.#kindsOf(tags);
    this.isBusy = false;
    this.offered = null;
    const { byField } = placeTags(tags, kinds, new Set(fields.keys()));
    byField.delete(offered.address);
    const negativePath = this.#negativePath();
    const moved = new Set([...byField.values()].flat().map(normalise));
    const before = this.#edit.text;
    const write = (path: Path, texts: readonly string[]) => ({
      path,
      value: textValue(joinTags(texts), this.#edit.savedAt(path), false),
    });
    const of = (path: Path) => splitTags(shownText(this.#edit.valueAt(path)));
    this.#edit.setMany([
      write(
        offered.path,
        of(offered.path).filter((tag) => !moved.has(normalise(tag))),
      ),
      ...[...byField].flatMap(([address, found]) => {
        const path = fields.get(address);
        return path === undefined ? [] : [write(path, dedupe([...of(path), ...found]))];
      }),
      ...(negative.length > 0 && negativePath !== null
        ? [write(negativePath, dedupe([...of(negativePath), ...negative]))]
        : []),
    ]);
    this.#tell(byField, tags.length, before);
  }

  #tell(byField: ReadonlyMap<string, readonly string[]>, count: number, before: string): void {
    const placed = [...byField].map(([address, found]) => ({
      name: fieldLabel(address.split('::')[1] ?? ''),
      count: found.length,
    }));
    const moved = placed.reduce((sum, field) => sum + field.count, 0);
    toasts.show({
      title: moved === 0 ? 'No tag has a field of its own here' : `${moved} of ${count} tags sorted`,
      ...(moved > 0 && { text: placed.map((field) => `${field.name} ${field.count}`).join(', ') }),
      action: { label: 'Undo', run: () => this.#edit.write(before) },
    });
  }

  /** Without the tag list the words of a tag still tell. */
  async #kindsOf(tags: readonly string[]): Promise<Map<string, TagCategory | null>> {
    try {
      const asked = tags.slice(0, 500).map((tag) => normalise(tag).slice(0, 200));
      const { results } = await api.tags.validate(asked);
      return new Map(tags.slice(0, 500).map((tag, i) => [tag, results[i]?.category ?? null]));
    } catch {
      return new Map();
    }
  }

  #fields(): Map<string, Path> {
    const found = new Map<string, Path>();
    for (const { name, kind, fields } of this.#edit.form) {
      for (const field of fields) {
        const key = field.path.at(-1) ?? '';
        if (field.kind !== 'prompt' && field.kind !== 'facet') continue;
        // a series that is named is not made two
        if (field.kind === 'facet' && shownText(this.#edit.valueAt(field.path)) !== '') continue;
        if (kind !== 'wardrobe') found.set(`${field.kind === 'facet' ? 'tags' : name}::${key}`, field.path);
        else if (this.outfitPath !== null) found.set(`${name}::${key}`, [...this.outfitPath, key]);
      }
    }
    return found;
  }

  #negativePath(): Path | null {
    const negatives = this.#edit.form
      .flatMap(({ fields }) => fields)
      .filter(({ path }) => /(^|_)negative$/.test(path.at(-1) ?? ''));
    return negatives[0]?.path ?? null;
  }

  /** Whether the negative prompt that came along has a field here. */
  get hasNegative(): boolean {
    return this.#negativePath() !== null;
  }
}
