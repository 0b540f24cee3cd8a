import path from 'node:path';
import { expect, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { catalogDatabase } from '../support/database.ts';
import { schemaText } from '../support/schema-text.ts';

test('schema.sql is what the migrations make; after a change run this test with -u and commit the file', async () => {
  await using database = await catalogDatabase();
  await expect(await schemaText(database.db)).toMatchFileSnapshot(
    path.join(import.meta.dirname, '../../schema.sql'),
  );
});

test('a database of the newest shape is left alone', async () => {
  await using database = await catalogDatabase();
  expect(await migrate(database.db)).toEqual([]);
});
