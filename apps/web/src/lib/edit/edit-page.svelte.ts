import { ApiError } from '@gaze/client';
import type { CategoryName, ConflictDetails, EntityData, EntityDetail, EntityText } from '@gaze/contracts';
import { categories, categoryList } from '@gaze/contracts';
import { diffData, mergeData, sameJson } from '@gaze/domain';
import { categoryShapes } from 'virtual:category-shapes';
import { api } from '#lib/api/client.ts';
import { troubleOf } from '#lib/api/trouble.ts';
import { live } from '#lib/live/live.svelte.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { changeText } from './change-text.ts';
import { clashOf, conflictOf, type Conflict } from './conflict.ts';
import { faultsOf, type Fault } from './faults.ts';
import { buildForm, keptKeys } from './form.ts';
import { lineOf, nodeAt, parseJson, pathOfPointer } from './json-text.ts';
import { pathLabel } from './labels.ts';
import { saysTheSame, valueAt, type Path } from './values.ts';

const calmMs = 150;

/** A fault with its place in the text. */
export interface PlacedFault extends Fault {
  line: number;
  column: number;
  offset: number;
}

/** A version of the file that is known: its text, what it says, its hash. */
interface Version {
  text: string;
  data: EntityData;
  revision: string;
}

/**
 * The page that edits one entity. Its text is the one truth: the form changes fields in it, the JSON tab the text
 * itself, so that both show the same and nothing of the file's layout is lost.
 */
export class EditPage {
  readonly of: { category: CategoryName; slug: string };
  readonly declaration;
  readonly shape;
  readonly form;
  /** Keys by which a preset names its parts. */
  readonly partKeys: ReadonlySet<string> = new Set(categoryList.map(({ singular }) => singular));

  entity = $state.raw<EntityDetail | null>(null);
  error = $state.raw<unknown>(null);
  /** Why GAZE does not write to the file: it is broken on disk. */
  problem = $state.raw<EntityText['problem']>(null);
  /** The version that the edits are made on. */
  base = $state.raw<Version | null>(null);
  text = $state.raw('');
  isSaving = $state(false);
  conflict = $state.raw<Conflict | null>(null);
  /** Somebody else changed the same fields meanwhile; told before a save, settled by it. */
  outside = $state.raw<Conflict | null>(null);
  #refused = $state.raw<Fault | null>(null);
  #refusedAt = $derived.by<PlacedFault | null>(() =>
    this.#refused === null ? null : this.#placed(this.#refused),
  );

  #parsed = $derived.by(() => parseJson(this.text));
  /** Null: the text is no JSON object at the moment, and the form has nothing to show. */
  data = $derived.by<EntityData | null>(() => {
    const value = this.#parsed.ok ? this.#parsed.root.value : null;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as EntityData)
      : null;
  });
  /** Its file went away, or its address: what is typed here has no place any more. */
  isGone = $derived.by(() => this.error instanceof ApiError && this.error.status === 404);
  isDirty = $derived.by(() => this.base !== null && this.text !== this.base.text);
  changed = $derived.by(() =>
    this.base === null || this.data === null ? [] : diffData(this.base.data, this.data),
  );
  faults = $derived.by<PlacedFault[]>(() => this.#placedFaults());
  /** As far as the page itself can tell; what the server refused may be fine by now. */
  isSound = $derived.by(() => this.data !== null && !this.faults.some((fault) => fault !== this.#refusedAt));
  kept = $derived.by(() => (this.data === null ? [] : keptKeys(this.declaration, this.shape, this.data)));

  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(of: { category: CategoryName; slug: string }) {
    this.of = of;
    this.declaration = categories[of.category];
    this.shape = categoryShapes[of.category];
    this.form = buildForm(this.declaration, this.shape, categoryList);
  }

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    const first = this.load();
    let isFollowed = true;
    const ends = [
      live.on('entity.changed', ({ entity }) => this.#isMine(entity) && this.#lookSoon()),
      live.on('entity.removed', (event) => this.#isMine(event) && this.#lookSoon()),
      live.on('library.changed', ({ category }) => category === this.of.category && this.#lookSoon()),
      live.onReset(() => {
        // what was not there a moment ago, before the socket stood, is not asked for again
        if (live.hasBegun) this.#lookSoon();
        else void first.then(() => !this.isGone && isFollowed && this.#lookSoon());
      }),
    ];
    return () => {
      isFollowed = false;
      clearTimeout(this.#timer);
      for (const end of ends) end();
    };
  }

  load = async (): Promise<void> => {
    const { category, slug } = this.of;
    try {
      // one after the other: an entry that is not there is asked for once
      const entity = await api.entities.get(category, slug);
      const text = await api.editing.text(category, slug);
      this.entity = entity;
      this.error = null;
      this.#meet(text);
    } catch (error) {
      this.error = error;
    }
  };

  valueAt(path: Path): unknown {
    return valueAt(this.data, path);
  }

  savedAt(path: Path): unknown {
    return valueAt(this.base?.data, path);
  }

  isChangedAt(path: Path): boolean {
    return !saysTheSame(this.valueAt(path), this.savedAt(path));
  }

  faultAt(path: Path): string | null {
    const place = path.join('/');
    return this.faults.find((fault) => fault.path.join('/') === place)?.message ?? null;
  }

  /** Changes one field in the text. Undefined takes the key away. */
  set(path: Path, value: unknown): void {
    this.setMany([{ path, value }]);
  }

  setMany(changes: readonly { path: Path; value: unknown }[]): void {
    if (this.data === null) return;
    const { tags } = this.data;
    // the old form of tags: the first that is set makes the new one of it, as the migration would
    const migrated =
      Array.isArray(tags) && changes.some(({ path }) => path[0] === 'tags')
        ? [{ path: ['tags'], value: { nsfw: tags.includes('nsfw') } }]
        : [];
    const text = changeText(this.text, [
      ...migrated,
      ...changes.map(({ path, value }) => ({ path: [...path], value })),
    ]);
    const { base } = this;
    // a change that is taken back is none: the file's own text is there again, to the letter
    const isBack = base !== null && this.changed.length > 0 && sameJson(JSON.parse(text), base.data);
    this.write(isBack ? base.text : text);
  }

  /** The whole text, as the JSON tab has it. */
  write(text: string): void {
    this.text = text;
    this.#refused = null;
  }

  discard(): void {
    if (this.base !== null) this.write(this.base.text);
    this.outside = null;
  }

  /** Saves; false where it was refused. Nothing that was typed is lost then. */
  async save(): Promise<boolean> {
    const { base, text } = this;
    if (base === null || this.isSaving || !this.isDirty || !this.isSound) return false;
    if (this.outside !== null && this.#conflictNow(this.outside)) return false;
    const { category, slug } = this.of;
    return this.#store(text, () => api.editing.saveText(category, slug, text, { revision: base.revision }));
  }

  /** What somebody else wrote is known here: whether it still clashes with what is typed by now, which is asked then. */
  #conflictNow({ theirs, revision }: Conflict): boolean {
    if (this.base === null || this.data === null) return false;
    const conflict = clashOf({ base: this.base.data, mine: this.data, theirs, revision });
    if (conflict.clashes.length > 0) this.conflict = conflict;
    return conflict.clashes.length > 0;
  }

  /** Saves what was decided of a conflict. */
  async settle(data: EntityData, revision: string): Promise<boolean> {
    const { category, slug } = this.of;
    return this.#store(null, () => api.editing.save(category, slug, data, { revision }));
  }

  /** @param sent what is in the file after it, where it is known */
  async #store(sent: string | null, send: () => ReturnType<typeof api.editing.save>): Promise<boolean> {
    this.isSaving = true;
    try {
      const { entity, merged } = await send();
      this.entity = entity;
      this.conflict = null;
      this.outside = null;
      if (sent === null || merged) {
        const now = await api.editing.text(this.of.category, this.of.slug);
        const mine = sent === null ? null : (JSON.parse(sent) as EntityData);
        this.#adopt(sent ?? this.text, now);
        this.#tellSaved(entity, mine === null ? [] : diffData(mine, entity.data).map(({ path }) => path));
      } else {
        this.base = { text: sent, data: entity.data, revision: entity.revision };
        this.#tellSaved(entity, []);
      }
      return true;
    } catch (error) {
      this.#tellRefused(error);
      return false;
    } finally {
      this.isSaving = false;
    }
  }

  /** The file has another text now; what was typed since `sent` goes on. */
  #adopt(sent: string, now: EntityText): void {
    const data = JSON.parse(now.text) as EntityData;
    const typed =
      this.text === sent || this.data === null
        ? []
        : mergeData(JSON.parse(sent) as EntityData, this.data, data).changes;
    this.base = { text: now.text, data, revision: now.revision };
    this.write(typed.length === 0 ? now.text : changeText(now.text, typed));
  }

  #tellSaved(entity: EntityDetail, cameIn: readonly string[][]): void {
    toasts.show({
      title: `${entity.name} saved`,
      ...(cameIn.length > 0 && { text: `Others had changed ${listed(cameIn)}: that is in it, too.` }),
      ...(entity.cover !== null && {
        thumb: { url: entity.cover.thumb_url, veiled: settings.veils(entity.is_nsfw) },
      }),
      action: { label: 'Undo', run: () => void this.#undo(entity.revision) },
    });
  }

  async #undo(saved: string): Promise<void> {
    const { category, slug } = this.of;
    const sent = this.base?.text ?? this.text;
    this.isSaving = true;
    try {
      const { items } = await api.editing.revisions(category, slug, { limit: 20 });
      const revision = items.find(({ after }) => after === saved);
      if (revision === undefined) throw new Error(`There is no revision ${saved} of ${slug}.`);
      const { entity } = await api.editing.revert(category, slug, revision.id, 'before', { revision: saved });
      this.entity = entity;
      this.#adopt(sent, await api.editing.text(category, slug));
      toasts.show({ title: `${entity.name} is as it was before` });
    } catch (error) {
      toasts.failed('The save was not undone', error);
    } finally {
      this.isSaving = false;
    }
  }

  #tellRefused(error: unknown): void {
    if (!(error instanceof ApiError)) {
      toasts.failed(`${this.entity?.name ?? this.of.slug} was not saved`, error);
      return;
    }
    const { details, field } = error.problem;
    if (error.code === 'conflict') {
      const conflict = conflictOf(details as unknown as ConflictDetails);
      if (conflict !== null) {
        this.conflict = conflict;
        return;
      }
    }
    const place = details as { line?: number; column?: number; pointer?: string } | undefined;
    const pointer = place?.pointer ?? (field?.startsWith('/') === true ? field : undefined);
    const path = pointer === undefined ? (field === undefined ? [] : [field]) : pathOfPointer(pointer);
    const { message, hint } = troubleOf(error);
    if (error.status === 422)
      this.#refused = { path, message: [message, hint].filter((part) => part).join(' ') };
    toasts.failed(`${this.entity?.name ?? this.of.slug} was not saved`, error);
  }

  /** What lies on disk now: taken over, merged, or a conflict to be told. */
  #meet(now: EntityText): void {
    this.problem = now.problem;
    const { base, data } = this;
    if (base?.revision === now.revision) return;
    const parsed = parseJson(now.text);
    const theirs = parsed.ok ? (parsed.root.value as EntityData) : {};
    if (base === null || !this.isDirty) {
      const isNews = base !== null;
      this.base = { text: now.text, data: theirs, revision: now.revision };
      this.write(now.text);
      if (isNews && now.problem === null) this.#tellNews(diffData(base.data, theirs).map(({ path }) => path));
      return;
    }
    // a broken file, or a text that is no JSON at this moment: nothing can be merged; the save will say
    if (now.problem !== null || data === null) return;
    const conflict = clashOf({ base: base.data, mine: data, theirs, revision: now.revision });
    if (conflict.clashes.length > 0) {
      this.outside = conflict;
      return;
    }
    this.outside = null;
    const { changes } = mergeData(base.data, theirs, data);
    this.base = { text: now.text, data: theirs, revision: now.revision };
    this.write(changes.length === 0 ? this.text : changeText(this.text, changes));
    this.#tellNews(conflict.cameIn);
  }

  #tellNews(paths: readonly string[][]): void {
    if (paths.length > 0)
      toasts.show({
        title: `${this.entity?.name ?? this.of.slug} changed meanwhile`,
        text: `${listed(paths)} came in. What you edit here stays.`,
      });
  }

  #placedFaults(): PlacedFault[] {
    const parsed = this.#parsed;
    const whole = (message: string, offset: number): PlacedFault[] => [
      { path: [], message, offset, ...lineOf(this.text, offset) },
    ];
    if (!parsed.ok) return whole(parsed.fault.message, parsed.fault.offset);
    if (this.data === null) return whole('The file must hold one JSON object.', parsed.root.from);
    const known = faultsOf(this.declaration, this.shape, this.data).map((fault) => this.#placed(fault));
    return this.#refusedAt === null ? known : [...known, this.#refusedAt];
  }

  /** Where the faulty value stands in the text; of one that is not there, its nearest parent. */
  #placed(fault: Fault): PlacedFault {
    let depth = fault.path.length;
    const at = (length: number) =>
      this.#parsed.ok ? nodeAt(this.#parsed.root, fault.path.slice(0, length)) : undefined;
    while (depth > 0 && at(depth) === undefined) depth--;
    const offset = at(depth)?.from ?? 0;
    return { ...fault, offset, ...lineOf(this.text, offset) };
  }

  #isMine(of: { category: string; slug: string }): boolean {
    return of.category === this.of.category && of.slug === this.of.slug;
  }

  /** One edit of a file comes as several events, and the own save is one of them. */
  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.isSaving) this.#lookSoon();
      else void this.load();
    }, calmMs);
  }
}

function listed(paths: readonly string[][]): string {
  const names = paths.map(pathLabel);
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
