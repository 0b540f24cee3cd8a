import type { CategoryName, DetailSwitch, PageState } from '@gaze/contracts';

/** All that a person has chosen on the page of an entity. Null everywhere: as usual. */
export interface Selection {
  fields: readonly string[] | null;
  companions: Partial<Record<CategoryName, readonly string[]>>;
  extraPositive: string;
  extraNegative: string;
  checkpoint: string | null;
  /** Kept while it is not locked, so that locking it again brings it back. */
  seed: number | null;
  seedLocked: boolean;
  width: number | null;
  height: number | null;
  count: number;
  background: boolean | null;
  faceDetail: DetailSwitch;
  handDetail: DetailSwitch;
  loraWeight: number | null;
  /** The picture on the stage; null: the cover. */
  picture: string | null;
}

export const plainSelection: Selection = {
  fields: null,
  companions: {},
  extraPositive: '',
  extraNegative: '',
  checkpoint: null,
  seed: null,
  seedLocked: false,
  width: null,
  height: null,
  count: 1,
  background: null,
  faceDetail: 'auto',
  handDetail: 'auto',
  loraWeight: null,
  picture: null,
};

/** The selection that the server remembers. */
export function selectionFrom(state: PageState): Selection {
  return {
    fields: state.fields !== undefined && state.fields.length > 0 ? state.fields : null,
    companions: Object.fromEntries(
      Object.entries(state.companions ?? {}).filter(([, slugs]) => slugs.length > 0),
    ),
    extraPositive: state.extra_positive ?? '',
    extraNegative: state.extra_negative ?? '',
    checkpoint: state.checkpoint ?? null,
    seed: state.seed ?? null,
    seedLocked: (state.seed_locked ?? false) && typeof state.seed === 'number',
    width: state.width ?? null,
    height: state.height ?? null,
    count: state.count ?? 1,
    background: state.background ?? null,
    faceDetail: state.face_detail ?? 'auto',
    handDetail: state.hand_detail ?? 'auto',
    loraWeight: state.lora_weight ?? null,
    picture: state.preview_image ?? null,
  };
}

/** What the server shall remember; whatever is as usual is left out. */
export function stateFrom(selection: Selection): PageState {
  const { companions, width, height, extraPositive, extraNegative } = selection;
  return {
    ...(selection.fields === null ? {} : { fields: [...selection.fields] }),
    ...(Object.keys(companions).length === 0 ? {} : { companions: mutable(companions) }),
    ...(extraPositive === '' ? {} : { extra_positive: extraPositive }),
    ...(extraNegative === '' ? {} : { extra_negative: extraNegative }),
    ...(selection.checkpoint === null ? {} : { checkpoint: selection.checkpoint }),
    ...(selection.seed === null ? {} : { seed: selection.seed, seed_locked: selection.seedLocked }),
    ...(width === null ? {} : { width }),
    ...(height === null ? {} : { height }),
    count: selection.count,
    ...(selection.background === null ? {} : { background: selection.background }),
    face_detail: selection.faceDetail,
    hand_detail: selection.handDetail,
    ...(selection.loraWeight === null ? {} : { lora_weight: selection.loraWeight }),
    preview_image: selection.picture,
  };
}

function mutable(companions: Selection['companions']): NonNullable<PageState['companions']> {
  return Object.fromEntries(Object.entries(companions).map(([category, slugs]) => [category, [...slugs]]));
}

/** The companions of one category after one was chosen or taken back. */
export function withCompanion(
  selection: Selection,
  category: CategoryName,
  slug: string,
  choice: 'one' | 'many',
): Selection['companions'] {
  const before = selection.companions[category] ?? [];
  if (before.includes(slug))
    return withCompanions(
      selection,
      category,
      before.filter((other) => other !== slug),
    );
  return withCompanions(selection, category, choice === 'one' ? [slug] : [...before, slug]);
}

export function withCompanions(
  selection: Selection,
  category: CategoryName,
  slugs: readonly string[],
): Selection['companions'] {
  const { [category]: _before, ...others } = selection.companions;
  return slugs.length === 0 ? others : { ...others, [category]: slugs };
}
