import type { CoverageReply, EntityCard, EntityDetail } from '@gaze/contracts';
import { wardrobe } from '@gaze/domain';
import { api } from '#lib/api/client.ts';
import { newRequestKey } from '#lib/api/request-key.ts';
import { live } from '#lib/live/live.svelte.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { Column, Combination, Row, Scene } from './combinations.ts';
import { cellsById, columnId, gapsOf, submission } from './combinations.ts';

const calmMs = 250;
/** So many of each the server takes at once. */
const mostOnAnAxis = 24;
/** What is shown while nobody has chosen. */
const usualColumns = 8;
const usualRows = 8;

/** What the address says is shown; null: as usual. */
export interface Shown {
  outfits: readonly string[] | null;
  actions: readonly string[] | null;
  scene: Scene;
}

/** The matrix of a character: who wears what doing what, and which of it has a picture. */
export class CoveragePage {
  readonly slug: string;
  entity = $state.raw<EntityDetail | null>(null);
  error = $state.raw<unknown>(null);
  #outfits = $state.raw<readonly EntityCard[] | null>(null);
  #actions = $state.raw<readonly EntityCard[] | null>(null);
  scenes = $state.raw<readonly EntityCard[]>([]);
  answer = $state.raw<CoverageReply | null>(null);
  isBusy = $state(false);
  #shown: () => Shown;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Every column that can be shown: the wardrobe first, then the library's outfits, favourites first. */
  allColumns = $derived.by<Column[]>(() => [...this.#worn(), ...(this.#outfits ?? []).map(entityColumn)]);
  allRows = $derived.by<readonly EntityCard[]>(() => this.#actions ?? []);
  columns = $derived.by<Column[]>(() => {
    const wanted = this.#shown().outfits;
    if (wanted === null) return this.allColumns.slice(0, usualColumns);
    return this.allColumns.filter((column) => wanted.includes(columnId(column))).slice(0, mostOnAnAxis);
  });
  rows = $derived.by<readonly Row[]>(() => {
    const wanted = this.#shown().actions;
    if (wanted === null) return this.allRows.slice(0, usualRows);
    return this.allRows.filter(({ slug }) => wanted.includes(slug)).slice(0, mostOnAnAxis);
  });
  isLoaded = $derived(this.entity !== null && this.#outfits !== null && this.#actions !== null);
  cells = $derived.by(() => cellsById(this.answer?.cells ?? []));
  gaps = $derived.by<Combination[]>(() =>
    this.answer === null ? [] : gapsOf(this.columns, this.rows, this.cells),
  );
  total = $derived(this.columns.length * this.rows.length);

  constructor(slug: string, shown: () => Shown) {
    this.slug = slug;
    this.#shown = shown;
  }

  watch(): () => void {
    void this.load();
    const mine = (owner: { category: string; slug: string } | null) =>
      owner?.category === 'characters' && owner.slug === this.slug;
    const ends = [
      // a picture of somebody else's page may show this character, too
      live.on('image.created', () => this.#askSoon()),
      live.on('image.changed', () => this.#askSoon()),
      live.on('image.removed', () => this.#askSoon()),
      live.on('image.many', () => this.#askSoon()),
      live.on('entity.changed', ({ entity }) => mine(entity) && void this.#loadEntity()),
      live.on('library.changed', () => void this.load()),
      live.onReset(() => void this.load()),
    ];
    return () => {
      clearTimeout(this.#timer);
      for (const end of ends) end();
    };
  }

  load = async (): Promise<void> => {
    const list = (category: 'outfits' | 'actions' | 'scenes') => api.library.list(category, { limit: 200 });
    try {
      const [entity, outfits, actions, scenes] = await Promise.all([
        api.entities.get('characters', this.slug),
        ...[list('outfits'), list('actions'), list('scenes')],
      ] as const);
      this.entity = entity;
      this.#outfits = outfits.items;
      this.#actions = actions.items;
      this.scenes = scenes.items;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  /** Asks for the cells of what is shown. */
  async ask(): Promise<void> {
    const { columns, rows, slug } = this;
    const { scene } = this.#shown();
    const asked = ++this.#asked;
    try {
      const answer = await api.library.coverage(slug, {
        outfit: columns.filter(({ kind }) => kind === 'entity').map(({ key }) => key),
        worn: columns.filter(({ kind }) => kind === 'worn').map(({ key }) => key),
        action: rows.map((row) => row.slug),
        scene: scene ?? undefined,
        nsfw: settings.nsfw === 'hide' ? 'sfw' : 'all',
      });
      if (asked === this.#asked) this.answer = answer;
    } catch (error) {
      if (asked === this.#asked) this.error = error;
    }
  }

  /** Queues a picture for each of these combinations, as one batch; its id, or null where nothing was queued. */
  async fill(combinations: readonly Combination[]): Promise<string | null> {
    const { entity } = this;
    if (entity === null || combinations.length === 0 || this.isBusy) return null;
    this.isBusy = true;
    try {
      const { scene } = this.#shown();
      const { entries, accepted } = await api.batches.submit(
        combinations.map((combination) => submission(entity, combination, scene)),
        { label: `Gaps of ${entity.name}`, idempotencyKey: newRequestKey() },
      );
      const refused = entries.find(({ problem }) => problem !== null)?.problem;
      if (refused)
        toasts.show({
          tone: 'bad',
          title: `${combinations.length - accepted} of ${combinations.length} were not queued`,
          text: [refused.detail, refused.hint].filter((part) => part).join(' '),
        });
      return entries.find(({ batch_id }) => batch_id !== null)?.batch_id ?? null;
    } catch (error) {
      toasts.failed('The gaps were not queued', error);
      return null;
    } finally {
      this.isBusy = false;
    }
  }

  async #loadEntity(): Promise<void> {
    try {
      this.entity = await api.entities.get('characters', this.slug);
    } catch (error) {
      this.error = error;
    }
  }

  #worn(): Column[] {
    if (this.entity === null) return [];
    try {
      const { outfits } = wardrobe(this.entity.data);
      return Object.keys(outfits).map((name) => ({
        ...{ kind: 'worn', key: name, label: name === 'default' ? 'Default' : name, card: null },
      }));
    } catch {
      // a faulty wardrobe has no outfits to show; its page says what is wrong with it
      return [];
    }
  }

  #askSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), calmMs);
  }
}

function entityColumn(card: EntityCard): Column {
  return { kind: 'entity', key: card.slug, label: card.name, card };
}
