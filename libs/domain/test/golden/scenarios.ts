import type { HostCapabilities, RecipeInput } from '@gaze/contracts';
import type { SourceEntity } from '../../src/index.ts';
import { entity, hostWith } from '../support/build.ts';
import { library, mira } from '../support/library.ts';

export interface Scenario {
  recipe: RecipeInput;
  /** Beside those of the library. */
  entities?: SourceEntity[];
  host?: Partial<HostCapabilities>;
  wildcards?: Record<string, string[]>;
}

const slugs = (...names: string[]) => names.map((slug) => ({ slug }));
const miraOnly = slugs('mira_voss');
const page = (category: SourceEntity['category'], slug: string, recipe: RecipeInput = {}): Scenario => ({
  recipe: { owner: { category, slug }, ...recipe },
});

const everything = {
  characters: miraOnly,
  looks: slugs('mira_casual'),
  outfits: slugs('maid_01', 'armor'),
  actions: slugs('sitting', 'running'),
  styles: slugs('watercolor', 'ink'),
  scenes: slugs('beach'),
  detailers: slugs('skin', 'hands'),
};

const odd = entity('characters', {
  character_id: 'odd_one',
  character_name: 'Zoë "Quote" \\ Back',
  identity: {
    base_specs: '1girl, ☆, 日本語のタグ',
    hair: 'Haarfarbe: weiß, İstanbul',
    eyes: ['👁️ eyes', 'heterochromia'],
    extra: '\u202eright to left\u202c, nbsp\u00a0inside',
  },
  wardrobe: { 'Größe "S"': { top: 'naïve top', accessories: '>_<, ^_^, :(' }, __default: { top: 'x' } },
  styles: { primary_color: 'weiß', aesthetic: 'line\nbreak, tab\there' },
  lora: { lora_name: 'Illustrious/Looks/zoë.safetensors', lora_weight: '0.75', lora_triggers: 'zoë_trigger' },
  participants: { orientation: '2f 1M', solo_focus: false },
});

const hostile = entity('characters', {
  character_id: 'hostile',
  identity: {
    base_specs: '((((, a, b, {{FACE_PROMPT}}, "quoted", back\\slash',
    hair: '(unclosed, $& $1 $`, <script>alert(1)</script>',
    eyes: ['lone \ud800 surrogate', '{{NEGATIVE_PROMPT}}'],
    hands: ']]]), :), \\(escaped\\)',
    extra: '<lora:inline:1>, embedding:bad, BREAK, BREAK',
  },
  defaults: { expression: '(smile:1.2), smile, ((smile))' },
  lora: {
    lora_name: 'Illustrious\\Looks\\hostile.safetensors',
    lora_weight: 99,
    lora_triggers: ['t1', null, ' ', 't2, t1'],
  },
});

const wild = entity('characters', {
  character_id: 'wild',
  character_name: 'Wild',
  identity: { hair: '{long|3::short} __colour__ hair', eyes: ['__colour__ eyes', '{plain}'] },
  wardrobe: { top: '{shirt|{blue|red} jacket}', bottom: '\\{literal\\}' },
  participants: { orientation: '1F' },
});

const flat = entity('outfits', {
  outfit_id: 'span',
  outfit_name: 'Span',
  wardrobe: { top: 'cape' },
  lora: { lora_name: 'span.safetensors', lora_weight_min: 0.9, lora_weight_max: 0.5 },
});
const split = entity('styles', {
  style_id: 'split',
  style_name: 'Split',
  style: { artist_name: 'two strengths' },
  lora: { lora_name: 'split.safetensors', lora_weight: 0.8, strength_clip: 0.3 },
});
const nightCheckpoint = entity('checkpoints', {
  checkpoint_path: 'Noob/night.safetensors',
  checkpoint_name: 'Night',
  base_positive: 'best quality, ',
  base_negative: ['worst quality', 'rain'],
  scheduler: 'beta',
  tags: { nsfw: true },
});
const windows = hostWith({
  host_name: 'Windows box',
  checkpoints: ['Illustrious\\meridian_xl_v3.safetensors'],
  loras: ['Illustrious\\Looks\\mira_casual.safetensors', 'Illustrious\\Clothing\\maid.safetensors'],
});
const bare: Partial<HostCapabilities> = {
  host_name: 'Bare host',
  classes: hostWith().classes.filter((name) => !/Detail|Detect/.test(name)),
  bbox_models: [],
  detailer_schedulers: [],
};

/** What the golden files show: every category alone, pairs, everything at once, odd text, odd hosts. */
export const scenarios: Record<string, Scenario> = {
  'alone-character': page('characters', 'mira_voss'),
  'alone-character-flat-wardrobe': page('characters', 'joss'),
  'alone-look': page('looks', 'mira_casual'),
  'alone-look-without-lora': page('looks', 'mira_plain'),
  'alone-look-without-its-character': page('looks', 'nobody'),
  'alone-outfit': page('outfits', 'armor'),
  'alone-action': page('actions', 'sitting'),
  'alone-style': page('styles', 'watercolor'),
  'alone-scene': page('scenes', 'beach'),
  'alone-detailer': page('detailers', 'skin'),
  'alone-checkpoint': page('checkpoints', 'Noob_noir_safetensors'),
  'alone-preset': page('presets', 'tea_time'),
  'empty-recipe': { recipe: {} },
  'character-other-outfit': page('characters', 'mira_voss', { outfit_name: 'beach' }),
  'character-unknown-outfit': page('characters', 'mira_voss', { outfit_name: 'gala' }),
  'character-few-fields': page('characters', 'mira_voss', {
    parts: {
      characters: [{ slug: 'mira_voss', fields: ['wardrobe::gloves', 'identity::eyes', 'identity::hair'] }],
    },
  }),
  'character-saved-defaults': {
    recipe: { owner: { category: 'characters', slug: 'saved' } },
    entities: [
      entity(
        'characters',
        { ...mira.data, character_id: 'saved' },
        { default_fields: ['identity::hair', 'defaults::expression'], active_outfit: 'beach' },
      ),
    ],
  },
  'character-without-lora': page('characters', 'mira_voss', {
    parts: { characters: [{ slug: 'mira_voss', use_lora: false }] },
  }),
  'pair-character-outfit': page('outfits', 'maid_01', {
    parts: { outfits: slugs('maid_01'), characters: miraOnly },
  }),
  'pair-character-action': page('actions', 'sitting', {
    parts: { actions: slugs('sitting'), characters: miraOnly },
  }),
  'pair-character-empty-action': { recipe: { parts: { characters: miraOnly, actions: slugs('empty') } } },
  'pair-character-style': page('styles', 'watercolor', {
    parts: { styles: slugs('watercolor'), characters: miraOnly },
  }),
  'pair-character-scene': page('scenes', 'beach', {
    parts: { scenes: slugs('beach'), characters: miraOnly },
  }),
  'pair-character-detailer': page('detailers', 'hands', {
    parts: { detailers: slugs('hands'), characters: miraOnly },
  }),
  'pair-character-checkpoint': page('checkpoints', 'Noob_noir_safetensors', {
    parts: { characters: miraOnly },
  }),
  'pair-character-look': { recipe: { parts: { characters: miraOnly, looks: slugs('mira_casual') } } },
  'pair-look-switched-off': {
    recipe: { parts: { characters: miraOnly, looks: [{ slug: 'mira_casual', use_lora: false }] } },
  },
  'pair-action-scene': { recipe: { parts: { actions: slugs('running'), scenes: slugs('beach') } } },
  'pair-style-detailer': { recipe: { parts: { styles: slugs('ink'), detailers: slugs('skin') } } },
  'several-outfits': { recipe: { parts: { characters: miraOnly, outfits: slugs('armor', 'maid_01') } } },
  'outfit-of-a-lora-alone': { recipe: { parts: { characters: miraOnly, outfits: slugs('lora_only') } } },
  everything: { recipe: { parts: everything, extra_positive: 'rain', extra_negative: 'sun' } },
  'everything-stacked': { recipe: { parts: everything, stackLoras: true, background: true } },
  'everything-weights-asked': {
    recipe: {
      parts: {
        ...everything,
        outfits: [{ slug: 'maid_01', weight: 1.25 }],
        styles: [{ slug: 'watercolor', weight: 0 }],
      },
    },
  },
  'random-parts': {
    recipe: {
      parts: {
        characters: miraOnly,
        looks: slugs('__random__'),
        outfits: slugs('__random__'),
        styles: slugs('__random__'),
      },
      nsfw: 'sfw',
    },
  },
  'random-look-of-none': { recipe: { parts: { characters: slugs('joss'), looks: slugs('__random__') } } },
  'preset-weights-stacked': {
    recipe: { preset: 'heavy' },
    entities: [
      entity('presets', {
        preset_id: 'heavy',
        character: { character_id: 'mira_voss', weight: 0.55 },
        outfit: [{ outfit_id: 'maid_01', weight: '0.4' }, { outfit_id: 'armor' }],
        action: { action_id: 'running', use_lora: false, weight: 0.9 },
        style: [{ style_id: 'watercolor', weight: 1.1 }, 'ink'],
        stack_loras: true,
      }),
    ],
  },
  'preset-overridden': {
    recipe: {
      preset: 'tea_time',
      parts: { styles: slugs('ink') },
      extra_positive: 'cake',
      width: 768,
      checkpoint: 'Illustrious_meridian_xl_v3_safetensors',
    },
  },
  'weight-span-reversed': { recipe: { parts: { outfits: slugs('span') } }, entities: [flat] },
  'two-strengths': { recipe: { parts: { styles: slugs('split') } }, entities: [split] },
  'detail-off': { recipe: { parts: { characters: miraOnly }, faceDetail: 'off', handDetail: 'off' } },
  'detail-forced-on': {
    recipe: { parts: { characters: miraOnly, detailers: slugs('skin') }, handDetail: 'on' },
  },
  'seed-at-the-end': { recipe: { parts: { characters: miraOnly }, seed: Number.MAX_SAFE_INTEGER } },
  'size-of-the-request': { recipe: { parts: { characters: miraOnly }, width: 1536, height: 640 } },
  'checkpoint-without-json': {
    recipe: { parts: { characters: miraOnly }, checkpoint: 'Noob/unknown.safetensors' },
  },
  'checkpoint-nsfw-odd-scheduler': {
    recipe: { checkpoint: 'Noob/night.safetensors', extra_negative: 'rain, fog' },
    entities: [nightCheckpoint],
  },
  'tags-on-both-sides': {
    recipe: {
      checkpoint: 'Noob/night.safetensors',
      extra_positive: 'rain, (lowres:1.2), rain, umbrella, best_quality',
      extra_negative: 'umbrella',
    },
    entities: [nightCheckpoint],
  },
  'host-windows': {
    recipe: { parts: { looks: slugs('mira_casual'), outfits: slugs('maid_01') } },
    host: windows,
  },
  'host-without-packs': { recipe: { parts: { characters: miraOnly } }, host: bare },
  'host-without-hand-model': {
    recipe: { parts: { characters: miraOnly } },
    host: { bbox_models: ['bbox/face_yolov8n.pt'] },
  },
  wildcards: {
    recipe: { parts: { characters: slugs('wild') }, extra_positive: '__none__, {a|b}' },
    entities: [wild],
    wildcards: { colour: ['red', '{dark|light} blue'] },
  },
  'odd-unicode': {
    recipe: { parts: { characters: slugs('odd_one') }, background: true, extra_positive: 'é, é, ﬀ' },
    entities: [odd],
  },
  'hostile-text': {
    recipe: {
      parts: { characters: slugs('hostile') },
      extra_positive: '{{POSITIVE_PROMPT}}, ((',
      extra_negative: '(a, b:1.1), ((smile)), {{FACE_PROMPT}}, "x"',
    },
    entities: [hostile],
  },
};

export const libraryOf = (scenario: Scenario): SourceEntity[] => [...library, ...(scenario.entities ?? [])];
