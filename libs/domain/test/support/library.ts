import { entity } from './build.ts';

/** A small library with one of everything that rules tell apart. */
export const mira = entity('characters', {
  character_id: 'mira_voss',
  character_name: 'Mira Voss',
  identity: {
    base_specs: '1girl, pale skin, tall',
    hair: 'long silver hair, braid',
    eyes: 'amber_eyes',
    hands: 'black nails',
    arms: '',
    torso: 'slim waist',
    pelvis: null,
    legs: 'long legs',
    feet: '',
    extra: 'beauty mark',
  },
  defaults: { expression: 'smirk', pose: 'arms crossed', scene: 'rooftop, dusk' },
  wardrobe: {
    default: {
      full_body: '',
      headwear: 'beret',
      top: 'white shirt, suspenders',
      bottom: 'black skirt',
      legwear: 'thighhighs',
      footwear: 'boots',
      hands: '',
      gloves: 'leather gloves',
      accessories: 'pocket watch',
    },
    beach: { full_body: 'swimsuit', headwear: 'straw hat', hands: 'bracelet' },
  },
  styles: {
    aesthetic: 'art nouveau, muted colors',
    primary_color: 'teal',
    secondary_color: 'white',
    tertiary_color: 'gold',
  },
  lora: {
    lora_name: 'Illustrious/Looks/mira.safetensors',
    lora_weight: 0.8,
    lora_triggers: 'mirav, mira voss',
  },
  tags: { origin_series: 'Skyward', origin_type: 'original', nsfw: false },
  participants: { orientation: '1F', solo_focus: 'true' },
});

export const joss = entity('characters', {
  character_id: 'joss',
  character_name: 'Joss',
  identity: { base_specs: '1boy', hair: 'short brown hair' },
  wardrobe: { top: 'hoodie', bottom: 'jeans' },
  defaults: { expression: 'smile' },
});

export const looks = {
  casual: entity('looks', {
    look_id: 'mira_casual',
    look_name: 'Mira Casual',
    character_id: 'mira_voss',
    positive: 'casual clothes, denim jacket',
    negative: 'armor, beret',
    lora: {
      lora_name: 'Illustrious/Looks/mira_casual.safetensors',
      lora_weight: 0.85,
      lora_triggers: 'miracasual',
    },
  }),
  plain: entity('looks', {
    look_id: 'mira_plain',
    look_name: 'Mira Plain',
    character_id: 'mira_voss',
    positive: 'freckles',
    negative: '',
  }),
  orphan: entity('looks', {
    look_id: 'nobody',
    look_name: 'Nobody',
    character_id: 'gone',
    positive: 'grey cloak',
  }),
};

export const outfits = {
  maid: entity('outfits', {
    outfit_id: 'maid_01',
    outfit_name: 'Maid',
    wardrobe: {
      full_body: 'maid dress',
      headwear: 'maid headdress',
      hands: 'wrist cuffs',
      gloves: 'white gloves',
      accessories: ['apron', 'ribbon'],
    },
    lora: {
      lora_name: 'Illustrious/Clothing/maid.safetensors',
      lora_weight_min: 0.6,
      lora_weight_max: 0.9,
      lora_triggers: 'maidx',
    },
  }),
  armor: entity('outfits', {
    outfit_id: 'armor',
    outfit_name: 'Armor',
    wardrobe: { top: 'breastplate', gloves: 'gauntlets' },
    lora: { lora_name: 'Illustrious/Clothing/armor.safetensors', lora_weight: 0.7, lora_triggers: 'armorx' },
  }),
  lora_only: entity('outfits', {
    outfit_id: 'lora_only',
    outfit_name: 'LoRA only',
    lora: { lora_name: 'Illustrious/Clothing/only.safetensors', lora_triggers: 'onlyx' },
  }),
};

export const actions = {
  sitting: entity('actions', {
    action_id: 'sitting',
    action_name: 'Sitting',
    action: {
      full_body: 'sitting, chair',
      additional: 'crossed legs',
      head: 'head tilt',
      eyes: 'looking at viewer',
      arms: 'arm support',
      hands: 'hand on own cheek',
    },
    lora: { lora_name: 'Illustrious/Poses/sitting.safetensors', lora_weight: '0.9', lora_triggers: 'sitx' },
  }),
  running: entity('actions', {
    action_id: 'running',
    action_name: 'Running',
    action: { full_body: 'running' },
    lora: { lora_name: 'Illustrious/Poses/running.safetensors' },
  }),
  empty: entity('actions', {
    action_id: 'empty',
    action_name: 'Empty',
    action: { full_body: ' ' },
    lora: { lora_name: '', lora_triggers: 'never' },
  }),
};

export const styles = {
  watercolor: entity('styles', {
    style_id: 'watercolor',
    style_name: 'Watercolor',
    style: { artist_name: 'hoshino_ren', artistic_style: 'watercolor, paper texture' },
    lora: { lora_name: 'Illustrious/Styles/watercolor.safetensors', lora_weight: 0.5, lora_triggers: 'wcx' },
  }),
  ink: entity('styles', { style_id: 'ink', style_name: 'Ink', style: { artistic_style: 'ink wash' } }),
};

export const scenes = {
  beach: entity('scenes', {
    scene_id: 'beach',
    scene_name: 'Beach',
    scene: {
      background: 'ocean, beach',
      foreground: 'sand',
      furniture: 'parasol',
      colors: 'blue theme',
      lighting: 'sunlight',
      theme: 'summer',
    },
    lora: {
      lora_name: 'Illustrious/Backgrounds/beach.safetensors',
      lora_weight: 0.6,
      lora_triggers: 'beachx',
    },
  }),
};

const detailers = {
  skin: entity('detailers', {
    detailer_id: 'skin',
    detailer_name: 'Skin',
    prompt: ['detailed skin', 'pores'],
    focus: { face: true, hands: false },
    lora: { lora_name: 'Illustrious/Detailers/skin.safetensors', lora_weight: 0.4, lora_triggers: 'skinx' },
  }),
  hands: entity('detailers', {
    detailer_id: 'hands',
    detailer_name: 'Hands',
    prompt: 'perfect hands',
    focus: { face: 'false', hands: 'true' },
  }),
};

export const checkpoint = entity('checkpoints', {
  checkpoint_path: 'Illustrious/meridian_xl_v3.safetensors',
  checkpoint_name: 'Meridian XL',
  base_positive: 'masterpiece, anime',
  base_negative: 'text, logo',
  steps: 28,
  cfg: 6.5,
  sampler_name: 'dpmpp_2m',
  scheduler: 'karras',
  vae: 'integrated',
});

const noir = entity('checkpoints', {
  checkpoint_path: 'Noob/noir.safetensors',
  checkpoint_name: 'Noir',
  base_positive: ['monochrome'],
  steps: '30',
  cfg: '4',
  clip_skip: 2,
  vae: 'sdxl_vae.safetensors',
});

export const preset = entity('presets', {
  preset_id: 'tea_time',
  preset_name: 'Tea time',
  character: {
    character_id: 'mira_voss',
    use_lora: true,
    outfit: 'beach',
    fields: { defaults: { pose: false, expression: 'random' }, styles: { aesthetic: true } },
  },
  look: null,
  outfit: null,
  action: { action_id: 'sitting', use_lora: false, fields: { action: { eyes: 'random', hands: false } } },
  style: { style_id: '__random__', use_lora: true },
  scene: { scene_id: null },
  detailer: { detailer_id: 'skin' },
  checkpoint: { checkpoint_path: 'Noob/noir.safetensors' },
  width: 1024,
  height: 768,
  extra_positive: 'tea cup',
  extra_negative: 'coffee',
  tags: { nsfw: false },
});

export const library = [
  mira,
  joss,
  ...Object.values(looks),
  ...Object.values(outfits),
  ...Object.values(actions),
  ...Object.values(styles),
  ...Object.values(scenes),
  ...Object.values(detailers),
  checkpoint,
  noir,
  preset,
];
