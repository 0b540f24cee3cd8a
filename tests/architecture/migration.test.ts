import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { read } from './tree.ts';

const missing = ['characters', 'outfits', 'actions', 'scenes', 'styles', 'detailers', 'looks', 'checkpoints'];
const covers = ['outfit', 'action', 'scene', 'style', 'detailer', 'look', 'checkpoint'];

/** What the Flask original answered to. */
const flaskRoutes = [
  'GET /',
  'GET /character/<slug>',
  'POST /character/<slug>/generate',
  'POST /character/<slug>/replace_cover_from_preview',
  'GET /character/<slug>/edit',
  'POST /character/<slug>/edit',
  'POST /character/<slug>/upload',
  'POST /character/<slug>/save_defaults',
  ...['switch', 'add', 'delete', 'rename'].map((what) => `POST /character/<slug>/outfit/${what}`),
  'GET /create',
  'POST /create',
  'POST /rescan',
  'GET /<category>/',
  'GET /<category>/<slug>',
  ...[
    'generate',
    'replace_cover_from_preview',
    'edit',
    'upload',
    'save_defaults',
    'favourite',
    'clone',
    'save_json',
  ].map((what) => `POST /<category>/<slug>/${what}`),
  'GET /<category>/<slug>/edit',
  'POST /<category>/rescan',
  'POST /<category>/bulk_create',
  'GET /looks',
  'GET /look/<slug>',
  'GET /look/<slug>/edit',
  'POST /look/<slug>/edit',
  'POST /look/<slug>/generate',
  'POST /look/<slug>/replace_cover_from_preview',
  'GET /look/create',
  'POST /look/create',
  'POST /looks/rescan',
  'GET /generator',
  'POST /generator',
  'POST /generator/preview_prompt',
  'GET /checkpoints',
  'GET /checkpoint/<slug>',
  'POST /checkpoint/<slug>/save_json',
  'POST /checkpoints/rescan',
  'GET /api/v1/presets',
  'POST /api/v1/generate/<preset_slug>',
  'GET /api/v1/job/<job_id>',
  'POST /api/key/regenerate',
  'GET /api/queue/<job_id>/status',
  'GET /search',
  'POST /api/<category>/<slug>/regenerate_tags',
  'POST /admin/bulk_regenerate_tags/<category>',
  'POST /admin/bulk_regenerate_tags',
  'POST /admin/migrate_tags',
  'POST /gallery/image/favourite',
  'POST /gallery/image/nsfw',
  'POST /set_default_checkpoint',
  ...missing.map((category) => `GET /get_missing_${category}`),
  'POST /generate_missing',
  'POST /clear_all_covers',
  ...covers.map((kind) => `POST /clear_all_${kind}_covers`),
  'GET /gallery',
  'GET /settings',
  'POST /settings',
  'POST /resource/<category>/<slug>/delete',
];

const rows = read('docs/api-migration.md')
  .split('\n')
  .filter((line) => line.startsWith('| `') || line.startsWith('| '))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, before = '', now = '']) => ({ before, now }));
const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const { paths } = JSON.parse(read('services/gateway/openapi.json')) as { paths: Record<string, object> };
/** The name of a parameter is no part of an address. */
const shape = (address: string): string => address.replace(/\{[^}]+\}|<[^>]+>/g, '{}');
const known = new Set(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${shape(path)}`),
  ),
);

describe(verifies('api.migration', 'the table from the Flask original'), () => {
  test('has a row for every route of it', () => {
    const told = new Set(rows.flatMap(({ before }) => codes(before)));
    expect(flaskRoutes.filter((route) => !told.has(route))).toEqual([]);
  });

  test('names addresses that there are, and a page or an address in every row', () => {
    const named = rows.flatMap(({ now }) => codes(now)).filter((code) => /^[A-Z]+ \/api\//.test(code));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((address) => !known.has(shape(address)))).toEqual([]);
  });

  test('names kept endpoints that there are', () => {
    const kept = rows
      .flatMap(({ before }) => codes(before))
      .filter((code) => /^[A-Z]+ \/api\/(v1|key|queue)\//.test(code));
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.filter((address) => !known.has(shape(address)))).toEqual([]);
  });
});
