import { cp } from 'node:fs/promises';
import path from 'node:path';
import { compatibilityRpc } from '@gaze/contracts';
import { fileKey } from '@gaze/domain';
import { callRpc } from '@gaze/runtime';
import { testLog, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { buildCompatibility } from '../../src/compatibility/compatibility.ts';
import type { BookedHost } from '../../src/hosts/hosts.ts';
import { testBus } from '../support/bus.ts';
import { testLibrary } from '../support/library.ts';

const shippedData = path.resolve(import.meta.dirname, '../../../../data');
const files = ['Illustrious/paper.safetensors', 'Looks/elke.safetensors'] as const;

function host(name: string, has: readonly string[], more: Partial<BookedHost> = {}): BookedHost {
  return {
    ...{ id: name, name, url: `http://${name}`, state: 'up', reason: 'It answers.', held: true },
    files: new Set(has.map((file) => fileKey(file === files[0] ? 'checkpoint' : 'lora', file))),
    loaded: { checkpoint: null, loraSet: '' },
    ...{ imageMs: 9000, loadMs: 15_000, probing: false, epoch: 1, holder: 'g', closedForMs: 0 },
    inventoryFresh: true,
    ...more,
  };
}

test(
  verifies('studio.verdict', 'a recipe is judged with what headers and hosts say, and nothing is queued'),
  async () => {
    await using bus = await testBus();
    await using on = await testLibrary();
    await cp(path.join(shippedData, 'workflows'), path.join(on.data.path, 'workflows'), { recursive: true });
    await on.data.put('characters', 'elke.json', {
      ...{ character_id: 'elke', character_name: 'Elke' },
      lora: { lora_name: 'Looks\\elke.safetensors', lora_weight: 0.8, lora_triggers: 'elkem' },
    });
    await on.data.put('checkpoints', 'paper.json', {
      ...{ checkpoint_path: files[0], checkpoint_name: 'Paper' },
    });
    await on.library.scan();
    await on.db
      .insertInto('model_file')
      .values({
        ...{ kind: 'lora', name: files[1], bytes: 1, mtime_ms: 1, inode: '1', title: null, resolution: null },
        ...{ base_model: 'sd_v1', triggers: ['elkem'], header_sha256: null, sha256: null, problem: null },
        notes: null,
      })
      .execute();
    const hosts = [
      host('Atelier', files, { loads: new Map([[files[0], 6000]]) }),
      host('Cellar', [files[0]], { loaded: { checkpoint: files[0], loraSet: '' } }),
      host('Attic', files, { held: false }),
    ];
    const { loader, templateFor } = on.library;
    buildCompatibility({
      ...{ db: on.db, loader, templateFor, log: testLog() },
      defaultCheckpoint: () => Promise.resolve(files[0]),
      hosts: () => hosts,
    }).serve(bus.nc);
    await bus.nc.flush();
    const recipe = { parts: { characters: [{ slug: 'elke' }] } };
    const answer = await callRpc(bus.asker, compatibilityRpc.of, { recipe });
    expect(answer.files).toEqual([
      { kind: 'checkpoint', name: files[0], base_model: null, triggers: [] },
      { kind: 'lora', name: files[1], base_model: 'sd_v1', triggers: ['elkem'] },
    ]);
    expect(
      answer.hosts.map(({ name, state, missing, is_loaded, load_seconds }) => [
        ...[name, state, missing, is_loaded, load_seconds],
      ]),
    ).toEqual([
      ['Atelier', 'up', [], false, 6],
      ['Cellar', 'up', [files[1]], true, 0],
      ['Attic', 'unknown', [], false, 15],
    ]);
    expect(answer.verdict.level).toBe('bad');
    expect(answer.verdict.findings.map(({ code }) => code)).toEqual([
      ...['base_model', 'hosts_have_all', 'hosts_lack', 'loads'],
    ]);
    expect(await on.db.selectFrom('job').select('id').execute()).toEqual([]);
    const nobody = { recipe: { parts: { characters: [{ slug: 'nobody' }] } } };
    await expect(callRpc(bus.asker, compatibilityRpc.of, nobody)).rejects.toMatchObject({
      code: 'not_found',
    });
  },
);
