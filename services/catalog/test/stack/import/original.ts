import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { tempDir } from '@gaze/testing';
import { picture } from '../../support/files.ts';

/** Entries in the shapes that the original's guide prints, one of each category. */
export const entries = {
  'characters/tifa_lockhart.json': {
    character_id: 'tifa_lockhart',
    character_name: 'Tifa Lockhart',
    identity: {
      ...{ base_specs: '', hair: 'long brown hair', eyes: '', hands: '', arms: '', torso: '', pelvis: '' },
      ...{ legs: '', feet: '', extra: '' },
    },
    defaults: { expression: '', pose: '', scene: '' },
    wardrobe: {
      default: {
        ...{ full_body: '', headwear: '', top: 'white tank top', bottom: '', legwear: '', footwear: '' },
        ...{ hands: '', gloves: '', accessories: '' },
      },
    },
    styles: { aesthetic: '', primary_color: '', secondary_color: '', tertiary_color: '' },
    lora: { lora_name: 'Illustrious/Looks/tifa.safetensors', lora_weight: 0.8, lora_triggers: '' },
    tags: { origin_series: 'Final Fantasy VII', origin_type: 'game', nsfw: false },
    participants: { orientation: '1F', solo_focus: 'true' },
  },
  'clothing/french_maid_01.json': {
    outfit_id: 'french_maid_01',
    outfit_name: 'French Maid',
    wardrobe: {
      ...{ full_body: '', headwear: '', top: '', bottom: '', legwear: '', footwear: '', hands: '' },
      accessories: '',
    },
    lora: { lora_name: 'Illustrious/Clothing/maid.safetensors', lora_weight: 0.8, lora_triggers: '' },
    tags: { outfit_type: 'Uniform', nsfw: false },
  },
  'actions/sitting.json': {
    action_id: 'sitting',
    action_name: 'Sitting',
    action: { full_body: '', additional: '', head: '', eyes: '', arms: '', hands: '' },
    lora: { lora_name: '', lora_weight: 1.0, lora_triggers: '' },
    tags: { participants: '1girl', nsfw: false },
  },
  'scenes/beach.json': {
    scene_id: 'beach',
    scene_name: 'Beach',
    scene: { background: '', foreground: '', furniture: '', colors: '', lighting: '', theme: '' },
    lora: { lora_name: '', lora_weight: 1.0, lora_triggers: '' },
    tags: { scene_type: 'Outdoor', nsfw: false },
  },
  'styles/watercolor.json': {
    style_id: 'watercolor',
    style_name: 'Watercolor',
    style: { artist_name: '', artistic_style: '' },
    lora: { lora_name: '', lora_weight: 1.0, lora_triggers: '' },
    tags: { style_type: 'Watercolor', nsfw: false },
  },
  'detailers/detailed_skin.json': {
    detailer_id: 'detailed_skin',
    detailer_name: 'Detailed Skin',
    prompt: ['detailed skin', 'pores'],
    focus: { face: true, hands: true },
    lora: { lora_name: '', lora_weight: 1.0, lora_triggers: '' },
    tags: { associated_resource: 'skin', adetailer_targets: ['face', 'hands'], nsfw: false },
  },
  'looks/tifa_casual.json': {
    look_id: 'tifa_casual',
    look_name: 'Tifa Casual',
    character_id: 'tifa_lockhart',
    positive: 'casual clothes, jeans',
    negative: 'revealing',
    lora: { lora_name: 'Illustrious/Looks/tifa_casual.safetensors', lora_weight: 0.85, lora_triggers: '' },
    tags: { origin_series: 'Final Fantasy VII', origin_type: 'game', nsfw: false },
  },
  'checkpoints/model.json': {
    checkpoint_path: 'Illustrious/model.safetensors',
    checkpoint_name: 'Model Display Name',
    base_positive: 'anime',
    base_negative: 'text, logo',
    steps: 25,
    cfg: 5,
    sampler_name: 'euler_ancestral',
    scheduler: 'normal',
    vae: 'integrated',
  },
  'presets/evening.json': {
    preset_id: 'evening',
    preset_name: 'Evening',
    character: { character_id: 'tifa_lockhart' },
    tags: { nsfw: false },
  },
} as const;

/** Secrets of the original, in clear, as it keeps them. */
export const plantedSecrets = ['sk-or-planted-secret', 'planted-api-key'];

export interface Original extends AsyncDisposable {
  path: string;
  file: (name: string) => string;
  write: (name: string, content: string | Buffer) => Promise<void>;
  change: (statement: string) => void;
}

/** A folder as the original leaves it: JSON files, uploads with sidecars, its SQLite database, its workflow. */
export async function original(): Promise<Original> {
  const folder = await tempDir();
  const file = (name: string): string => path.join(folder.path, name);
  const write = async (name: string, content: string | Buffer): Promise<void> => {
    await mkdir(path.dirname(file(name)), { recursive: true });
    await writeFile(file(name), content);
  };
  for (const [name, entry] of Object.entries(entries))
    await write(`data/${name}`, JSON.stringify(entry, null, 2));
  await write('data/characters/broken.json', '{"character_id": "broken"');
  await write('data/prompts/character_system.txt', 'Write a character.');
  const uploads = 'static/uploads';
  await write(`${uploads}/characters/tifa_lockhart/gen_1700000000.png`, await picture('png', 64, 11));
  await write(
    `${uploads}/characters/tifa_lockhart/gen_1700000000.png.json`,
    '{"is_favourite": true, "is_nsfw": false}',
  );
  await write(`${uploads}/characters/tifa_lockhart/gen_1700000001.png`, await picture('png', 64, 12));
  await write(`${uploads}/clothing/french_maid_01/gen_1700000002.png`, await picture('png', 64, 13));
  await write(
    `${uploads}/clothing/french_maid_01/gen_1700000002.png.json`,
    '{"is_favourite": false, "is_nsfw": true}',
  );
  await write(`${uploads}/characters/tifa_lockhart/page.png`, '<html><script>alert(1)</script></html>');
  await write(`${uploads}/characters/tifa_lockhart/notes.txt`, 'mine');
  await write(
    'comfy_workflow.json',
    JSON.stringify({
      '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'Noob/other.safetensors' } },
    }),
  );
  await mkdir(file('instance'));
  const change = (statement: string): void => {
    const database = new DatabaseSync(file('instance/database.db'));
    database.exec(statement);
    database.close();
  };
  change(schema);
  return {
    path: folder.path,
    file,
    write,
    change,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const columns = `id INTEGER PRIMARY KEY, slug VARCHAR(255), name VARCHAR(255), filename VARCHAR(255), data JSON,
  default_fields JSON, image_path VARCHAR(255), is_favourite BOOLEAN NOT NULL DEFAULT 0, is_nsfw BOOLEAN NOT NULL DEFAULT 0`;
const schema = `
  CREATE TABLE character (character_id VARCHAR(100), active_outfit VARCHAR(100), ${columns});
  CREATE TABLE outfit (outfit_id VARCHAR(100), ${columns});
  CREATE TABLE scene (scene_id VARCHAR(100), ${columns});
  CREATE TABLE checkpoint (checkpoint_path VARCHAR(255), slug VARCHAR(255), name VARCHAR(255), data JSON, image_path VARCHAR(255));
  CREATE TABLE settings (id INTEGER PRIMARY KEY, llm_provider VARCHAR(50), openrouter_api_key VARCHAR(255),
    openrouter_model VARCHAR(100), local_base_url VARCHAR(255), local_model VARCHAR(100),
    lora_dir_characters VARCHAR(255), default_checkpoint VARCHAR(255), api_key VARCHAR(255));
  INSERT INTO character (character_id, slug, name, filename, data, default_fields, image_path, is_favourite, is_nsfw, active_outfit)
    VALUES ('tifa_lockhart', 'tifa_lockhart', 'Tifa Lockhart', 'tifa_lockhart.json', '{"character_id": "tifa_lockhart"}',
      '["identity::hair", "wardrobe::top"]', 'characters/tifa_lockhart/gen_1700000001.png', 1, 0, 'default');
  INSERT INTO outfit (outfit_id, slug, name, filename, data, image_path, is_nsfw)
    VALUES ('french_maid_01', 'french_maid_01', 'French Maid', 'french_maid_01.json', '{"outfit_id": "french_maid_01"}',
      'clothing/french_maid_01/lost.png', 1);
  INSERT INTO scene (scene_id, slug, name, filename, data, is_favourite)
    VALUES ('lost_file', 'lost_file', 'Lost', 'lost_file.json', '{"scene_id": "lost_file", "scene_name": "Lost"}', 1),
      ('evil', 'evil', 'Evil', '../evil.json', '{"scene_id": "evil"}', 1);
  INSERT INTO checkpoint (checkpoint_path, slug, name, data) VALUES ('Illustrious/model.safetensors', 'Illustrious_model_safetensors', 'Model', '{}');
  INSERT INTO settings VALUES (1, 'ollama', '${plantedSecrets[0] ?? ''}', 'x/y', 'http://127.0.0.1:11434/v1', 'llama3',
    '/mnt/models/Looks', 'Illustrious/model.safetensors', '${plantedSecrets[1] ?? ''}');`;
