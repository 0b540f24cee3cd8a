import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Braces from '@lucide/svelte/icons/braces';
import Copy from '@lucide/svelte/icons/copy';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import Download from '@lucide/svelte/icons/download';
import EyeOff from '@lucide/svelte/icons/eye-off';
import Grid3x3 from '@lucide/svelte/icons/grid-3x3';
import History from '@lucide/svelte/icons/history';
import ImageOff from '@lucide/svelte/icons/image-off';
import ImageUp from '@lucide/svelte/icons/image-up';
import Pencil from '@lucide/svelte/icons/pencil';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import SlidersVertical from '@lucide/svelte/icons/sliders-vertical';
import Tags from '@lucide/svelte/icons/tags';
import TextCursorInput from '@lucide/svelte/icons/text-cursor-input';
import Trash2 from '@lucide/svelte/icons/trash-2';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import type { LucideIcon } from '@lucide/svelte';
import type { EntityDetail } from '@gaze/contracts';
import { goto } from '$app/navigation';
import { api } from '#lib/api/client.ts';
import { category, entityHref } from '#lib/categories.ts';
import { copyPrompts } from '#lib/detail/copy.ts';
import type { DetailPage } from '#lib/detail/detail-page.svelte.ts';
import { clearCover, uploadCover } from '#lib/entity/cover.ts';
import { exportEntities } from '#lib/entity/export.ts';
import { mark } from '#lib/entity/marks.ts';
import { rescan } from '#lib/entity/rescan.svelte.ts';
import { moveToTrash } from '#lib/entity/trash.ts';
import { fileName } from '#lib/live/checkpoint-name.ts';
import type { MenuEntry } from '#lib/ui/Menu.svelte';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { regenerateHref } from '../links.ts';

type EntityDialog = 'rename' | 'transfer' | 'delete' | 'problems';

/** What can be done with the entity of the page besides rendering it. */
export class EntityActions {
  readonly #detail: DetailPage;
  /** The dialog that is open, with the entity as it was then: it may be gone from its address by the time it closes. */
  dialog = $state.raw<{ kind: EntityDialog; entity: EntityDetail } | null>(null);

  constructor(detail: DetailPage) {
    this.#detail = detail;
  }

  close = (): void => {
    this.dialog = null;
  };

  editHref(entity: EntityDetail): string {
    return `${entityHref(entity)}/edit`;
  }

  /** The first few, as buttons; links where they lead to a page. */
  line(entity: EntityDetail): { label: string; icon: LucideIcon; href?: string; run?: () => void }[] {
    const facts = category(entity.category);
    return [
      { label: 'Edit', icon: Pencil, href: this.editHref(entity) },
      { label: 'Clone', icon: CopyPlus, run: () => void this.clone(entity) },
      ...(entity.lora
        ? [
            {
              label: 'Strengths',
              icon: SlidersVertical,
              href: `/strengths/${entity.category}/${entity.slug}`,
            },
          ]
        : []),
      ...(facts.tags.length > 0
        ? [{ label: 'Regenerate tags', icon: Tags, href: regenerateHref(entity.category, [entity]) }]
        : []),
    ];
  }

  /** The line as entries of a menu, for a phone. */
  lineEntries(entity: EntityDetail): MenuEntry[] {
    return this.line(entity).map(({ label, icon, href, run }) => ({
      ...{ label, icon },
      run: run ?? (() => void goto(href ?? '')),
    }));
  }

  /** Everything else. */
  groups(entity: EntityDetail): MenuEntry[][] {
    const facts = category(entity.category);
    const { prompts } = this.#detail.composition;
    return [
      [
        {
          label: 'Copy prompts',
          icon: Copy,
          disabled: prompts === null,
          run: () => prompts && void copyPrompts(prompts),
        },
        { label: 'Rename …', icon: TextCursorInput, run: () => this.#open('rename', entity) },
        ...(facts.generation.kind === 'part'
          ? [
              {
                label: 'Transfer to another category …',
                icon: ArrowRightLeft,
                run: () => this.#open('transfer', entity),
              },
            ]
          : []),
        {
          label: entity.is_nsfw ? 'Not NSFW any more' : 'Mark as NSFW',
          icon: EyeOff,
          run: () => void mark([entity], 'nsfw', !entity.is_nsfw),
        },
        ...(entity.category === 'characters'
          ? [
              {
                label: 'Coverage',
                icon: Grid3x3,
                run: () => void goto(`${entityHref(entity)}/coverage`),
              },
            ]
          : []),
      ],
      [
        { label: 'Upload a cover …', icon: ImageUp, run: () => this.chooseCover(entity) },
        ...(entity.cover?.kind === 'own'
          ? [{ label: 'Clear cover', icon: ImageOff, run: () => void clearCover(entity) }]
          : []),
      ],
      [
        { label: 'History', icon: History, end: 'H', run: () => this.history() },
        { label: 'Open the JSON', icon: Braces, run: () => void goto(`${this.editHref(entity)}?tab=json`) },
        {
          label: 'Export the file',
          icon: Download,
          run: () => void exportEntities(entity.category, [entity]),
        },
        {
          label: `Rescan ${facts.label.toLowerCase()}`,
          icon: RefreshCw,
          disabled: rescan.running !== null,
          run: () => void rescan.run(facts),
        },
        ...(entity.problem
          ? [{ label: 'Open problems', icon: TriangleAlert, run: () => this.#open('problems', entity) }]
          : []),
      ],
      [
        { label: 'Delete', icon: Trash2, end: 'Del', run: () => void this.remove(entity) },
        ...(this.modelFile(entity) === null
          ? []
          : [
              {
                label: 'Delete with its model file …',
                icon: Trash2,
                run: () => this.#open('delete', entity),
              },
            ]),
      ],
    ];
  }

  /** The model file that a hard delete takes along. */
  modelFile(entity: EntityDetail): string | null {
    if (entity.category === 'checkpoints') return `${fileName(entity.id)}.safetensors`;
    return entity.lora === null ? null : `${fileName(entity.lora.name)}.safetensors`;
  }

  history(): void {
    void goto('?history=on', { reset: false });
  }

  async clone(entity: EntityDetail): Promise<void> {
    try {
      const { entity: copy } = await api.editing.clone(entity.category, entity.slug);
      toasts.show({
        title: `${copy.name} is made`,
        text: 'A copy of the file, without cover and pictures.',
        action: { label: 'Undo', run: () => void this.#undoClone(copy, entity) },
      });
      await goto(entityHref(copy));
    } catch (error) {
      toasts.failed(`${entity.name} was not cloned`, error);
    }
  }

  async #undoClone(copy: EntityDetail, original: EntityDetail): Promise<void> {
    // The page of the copy is left first: it would ask for what is gone.
    await goto(entityHref(original));
    await moveToTrash([copy]);
  }

  async remove(entity: EntityDetail, options: { hard?: boolean } = {}): Promise<boolean> {
    const gone = (await moveToTrash([entity], options)).length > 0;
    if (gone) await goto(`/${entity.category}`);
    return gone;
  }

  chooseCover(entity: EntityDetail): void {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'image/png,image/jpeg,image/webp';
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file) void uploadCover(entity, file);
    });
    input.click();
  }

  #open(kind: EntityDialog, entity: EntityDetail): void {
    this.dialog = { kind, entity };
  }
}
