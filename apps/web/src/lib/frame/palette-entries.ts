import Ban from '@lucide/svelte/icons/ban';
import Cpu from '@lucide/svelte/icons/cpu';
import Eye from '@lucide/svelte/icons/eye';
import Images from '@lucide/svelte/icons/images';
import Keyboard from '@lucide/svelte/icons/keyboard';
import ListVideo from '@lucide/svelte/icons/list-video';
import Pause from '@lucide/svelte/icons/pause';
import Plus from '@lucide/svelte/icons/plus';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Search from '@lucide/svelte/icons/search';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Sparkles from '@lucide/svelte/icons/sparkles';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import Trash2 from '@lucide/svelte/icons/trash-2';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import WandSparkles from '@lucide/svelte/icons/wand-sparkles';
import type { LucideIcon } from '@lucide/svelte';
import { tick } from 'svelte';
import { goto } from '$app/navigation';
import { categoryIcons, categoryList, type CategoryFacts } from '#lib/categories.ts';
import { rescan } from '#lib/entity/rescan.svelte.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';
import { queues } from '#lib/live/queues.svelte.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { tray } from '#lib/tray/tray.svelte.ts';
import { frame } from './frame.svelte.ts';
import { keys, spell } from './keys.svelte.ts';
import { rescanPictures } from './rescan-pictures.ts';
import { theme } from './theme.svelte.ts';

export interface PaletteEntry {
  label: string;
  icon: LucideIcon;
  /** Further words under which it is found. */
  words?: string;
  /** Keys, at the end of the line. */
  keys?: string;
  /** Shown only to somebody who types: there are too many of its kind. */
  isQuiet?: boolean;
  run: () => void;
}

const to = (
  label: string,
  icon: LucideIcon,
  href: string,
  more: Partial<PaletteEntry> = {},
): PaletteEntry => ({
  ...{ label, icon },
  ...more,
  run: () => void goto(href),
});

/** Parts of the settings page, by their places on it. */
const settingsParts: readonly [id: string, label: string, words: string][] = [
  ['checkpoint', 'Default checkpoint', 'model'],
  ['nsfw', 'NSFW pictures', 'blur hide'],
  ['theme', 'Theme', 'dark light'],
  ['hosts', 'ComfyUI hosts', 'server gpu'],
  ['models', 'Model files', 'lora checkpoint folder'],
  ['llm', 'Language model', 'provider openai ollama'],
  ['tools', 'Tool servers', 'mcp'],
  ['keys', 'API keys', 'token'],
  ['webhooks', 'Webhooks', 'notify deliveries callback'],
  ['keeping', 'Keeping', 'retention history'],
  ['backup', 'Backup and restore', 'archive'],
  ['import', 'Import', 'flask original'],
];

/** Every page that has an address of its own. */
export function pageEntries(): PaletteEntry[] {
  return [
    ...categoryList.map(({ name, label }) => to(label, categoryIcons[name], `/${name}`)),
    to('Generator', WandSparkles, '/generator', { words: 'mix compose' }),
    to('Gallery', Images, '/gallery', { words: 'pictures images' }),
    to('Queue', ListVideo, '/queue', { words: 'jobs hosts' }),
    to('Search', Search, '/search', { words: 'find' }),
    to('Language model', Sparkles, '/llm', { words: 'llm drafts review' }),
    to('Trash of pictures', Trash2, '/gallery?view=trash', { words: 'deleted images', isQuiet: true }),
    to('Trash of entries', Trash2, '/trash', { words: 'deleted', isQuiet: true }),
    to('Files with problems', TriangleAlert, '/problems', { isQuiet: true }),
    to('Settings', Settings2, '/settings'),
    ...settingsParts.map(([id, label, words]) =>
      to(`Settings: ${label}`, Settings2, `/settings#${id}`, { words, isQuiet: true }),
    ),
  ];
}

/** What can be done from anywhere, and what the page in front offers by key. */
export function actionEntries(here: CategoryFacts | undefined): PaletteEntry[] {
  const all = [...pageActions(), ...newEntries(here), ...houseActions(here)];
  // a page may have a key for what can be done from anywhere; the page's own comes first
  return all.filter(({ label }, at) => all.findIndex((other) => other.label === label) === at);
}

function houseActions(here: CategoryFacts | undefined): PaletteEntry[] {
  const cancel: PaletteEntry = {
    label: 'Cancel everything that waits',
    icon: Ban,
    isQuiet: true,
    run: () => void jobs.cancelMany({ all_waiting: true }),
  };
  return [
    {
      label: queues.paused ? 'Let the queues go on' : 'Pause all queues',
      icon: Pause,
      words: 'stop resume',
      run: () => void queues.pauseAll(!queues.paused),
    },
    ...(jobs.waitingCount > 0 ? [cancel] : []),
    ...categoryList.map((category) => ({
      label: `Rescan ${category.label.toLowerCase()}`,
      icon: RefreshCw,
      isQuiet: category.name !== here?.name,
      run: () => void rescan.run(category),
    })),
    {
      label: 'Rescan the pictures',
      icon: RefreshCw,
      words: 'images gallery',
      isQuiet: true,
      run: () => void rescanPictures(),
    },
    { label: 'Light or dark', icon: SunMoon, words: 'theme', run: () => theme.toggle() },
    {
      label: settings.nsfw === 'show' ? 'Blur NSFW pictures' : 'Show NSFW pictures',
      icon: Eye,
      words: 'nsfw veil hide',
      isQuiet: true,
      run: () =>
        void settings.save(
          { nsfw_display: settings.nsfw === 'show' ? 'blur' : 'show' },
          'The display of NSFW',
        ),
    },
    { label: 'Job tray', icon: Cpu, keys: 'T', words: 'queue', isQuiet: true, run: () => tray.toggle() },
    {
      label: 'Keys of this page',
      icon: Keyboard,
      keys: '?',
      words: 'help shortcuts',
      run: () => (frame.keysOpen = true),
    },
  ];
}

function newEntries(here: CategoryFacts | undefined): PaletteEntry[] {
  return categoryList.map((category) => ({
    label: `New ${category.labelSingular.toLowerCase()}`,
    icon: Plus,
    words: 'create add make',
    isQuiet: category.name !== here?.name,
    run: () => void openCreate(category),
  }));
}

/** The library has the dialog; its key opens it. */
async function openCreate(category: CategoryFacts): Promise<void> {
  await goto(`/${category.name}`);
  await tick();
  keys.list.find((shortcut) => shortcut.keys === 'n' && shortcut.group === 'Library')?.run();
}

const elsewhere = new Set(['Everywhere', 'Go to']);

/** What the page in front has keys for. */
function pageActions(): PaletteEntry[] {
  const seen = new Set<string>();
  return keys.list.flatMap((shortcut) => {
    const isSeen = seen.has(shortcut.label) || /^Arrow|^Escape$/.test(shortcut.keys);
    seen.add(shortcut.label);
    if (isSeen || elsewhere.has(shortcut.group)) return [];
    return [
      {
        label: shortcut.label,
        icon: shortcut.label.startsWith('Generate') ? Sparkles : Keyboard,
        words: shortcut.group,
        keys: spell(shortcut.keys).join(' '),
        isQuiet: !shortcut.label.startsWith('Generate'),
        run: shortcut.run,
      },
    ];
  });
}
