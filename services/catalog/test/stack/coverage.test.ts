import type { GenerationRecord } from '@gaze/contracts';
import { CoverageQuery, Recipe } from '@gaze/contracts';
import { testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { coverageOf } from '../../src/coverage/cells.ts';
import { renameEntity } from '../../src/editing/rename.ts';
import { changeFlags } from '../../src/images/flags.ts';
import { purgeImage, restoreImage, trashImage } from '../../src/images/trash.ts';
import type { TestLibrary } from '../support/library.ts';
import { testLibrary } from '../support/library.ts';
import { completeJob } from '../support/pictures.ts';

type Entities = GenerationRecord['entities'];
const entities = (slugs: Record<string, string>): Entities =>
  Object.entries(slugs).map(([category, slug]) => ({
    ...{ category: category as Entities[number]['category'], slug, name: slug, revision: 'r' },
  }));

/** A picture made from these entries. */
async function made(
  on: TestLibrary,
  slugs: Record<string, string>,
  more: Partial<GenerationRecord> & { isNsfw?: boolean } = {},
): Promise<string> {
  const { isNsfw = false, ...record } = more;
  const { views } = await completeJob(on, {
    owner: { category: 'characters', slug: 'elke' },
    record: { entities: entities({ characters: 'elke', ...slugs }), ...record },
    isNsfw,
  });
  return views[0]?.id ?? '';
}

const ask = (on: TestLibrary, query: Partial<CoverageQuery> = {}) =>
  coverageOf(
    on.db,
    CoverageQuery.parse({
      ...{ slug: 'elke', outfits: ['coat', 'gown'], worn: ['At home'], actions: ['tea', 'run'] },
      ...query,
    }),
  );
const short = ({ cells }: Awaited<ReturnType<typeof ask>>) =>
  cells.map(({ outfit, worn, action, count, best }) => [outfit ?? worn, action, count, best.id]);

describe(verifies('studio.coverage', 'which combinations have pictures'), () => {
  test('counts each, with its best picture: by rating, then the favourite, then the newest', async () => {
    await using on = await testLibrary();
    const [first, second] = [
      await made(on, { outfits: 'coat', actions: 'tea' }),
      await made(on, { outfits: 'coat', actions: 'tea', scenes: 'dusk' }),
    ];
    const run = await made(on, { outfits: 'gown', actions: 'run' });
    await made(on, { outfits: 'gown' });
    await made(on, { outfits: 'hidden', actions: 'tea' });
    await completeJob(on, {
      record: { entities: entities({ characters: 'bex', outfits: 'coat', actions: 'tea' }) },
    });
    const found = await ask(on);
    expect(short(found)).toEqual([
      ['gown', 'run', 1, run],
      ['coat', 'tea', 2, second],
    ]);
    expect(found.images).toBe(5);
    const flag = (id: string, flags: { is_favourite?: boolean; rating?: number }) =>
      on.db.transaction().execute((trx) => changeFlags(trx, on.events, { image_id: id, ...flags }));
    await flag(first, { is_favourite: true });
    expect(short(await ask(on))[1]).toEqual(['coat', 'tea', 2, first]);
    await flag(second, { rating: 3 });
    expect(short(await ask(on))[1]).toEqual(['coat', 'tea', 2, second]);
  });

  test('in one scene, in none, or wherever; under the NSFW filter', async () => {
    await using on = await testLibrary();
    const plain = await made(on, { outfits: 'coat', actions: 'tea' }, { isNsfw: true });
    const dusk = await made(on, { outfits: 'coat', actions: 'tea', scenes: 'dusk' });
    expect(short(await ask(on, { scene: 'dusk' }))).toEqual([['coat', 'tea', 1, dusk]]);
    expect(short(await ask(on, { scene: null }))).toEqual([['coat', 'tea', 1, plain]]);
    expect(short(await ask(on, { nsfw: 'sfw' }))).toEqual([['coat', 'tea', 1, dusk]]);
    expect(short(await ask(on, { scene: 'elsewhere' }))).toEqual([]);
  });

  test('what the character itself wears counts by name, unless an outfit stands in for it', async () => {
    await using on = await testLibrary();
    const home = await made(on, { actions: 'tea' }, { active_outfit: 'At home' });
    const older = await made(on, { actions: 'run' }, { recipe: Recipe.parse({ outfit_name: 'At home' }) });
    await made(on, { actions: 'run' }, { active_outfit: 'Festival' });
    await made(on, { actions: 'run', outfits: 'other' }, { active_outfit: null });
    expect(short(await ask(on))).toEqual([
      ['At home', 'run', 1, older],
      ['At home', 'tea', 1, home],
    ]);
  });

  test('follows the trash and a rename, of hidden pictures too', async () => {
    await using on = await testLibrary();
    await on.data.put('characters', 'elke.json', { character_id: 'elke', character_name: 'Elke' });
    await on.library.scan();
    const [kept, gone] = [
      await made(on, { outfits: 'coat', actions: 'tea' }),
      await made(on, { outfits: 'gown', actions: 'tea' }),
    ];
    await trashImage({ ...on, log: testLog() }, gone);
    expect(short(await ask(on))).toEqual([['coat', 'tea', 1, kept]]);
    await renameEntity(on.writing, { category: 'characters', slug: 'elke', id: 'elke_m', by: 'user' });
    expect((await ask(on)).images).toBe(0);
    await restoreImage({ ...on, log: testLog() }, gone);
    expect(short(await ask(on, { slug: 'elke_m' }))).toEqual([
      ['coat', 'tea', 1, kept],
      ['gown', 'tea', 1, gone],
    ]);
    await trashImage({ ...on, log: testLog() }, gone);
    await purgeImage({ ...on, log: testLog() }, gone);
    const left = await on.db.selectFrom('image_entity').select('image_id').distinct().execute();
    expect(left).toEqual([{ image_id: kept }]);
  });
});
