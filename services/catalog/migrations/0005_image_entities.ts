import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Which entries a picture was made from, so that the pictures of a combination are found without reading records. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const entitiesOf = (table: string): string => `
  INSERT INTO image_entity (image_id, category, slug, worn)
  SELECT ${table}.id, part->>'category', part->>'slug',
    CASE WHEN part->>'category' = 'characters' THEN record->'recipe'->>'outfit_name' END
  FROM ${table}, json_array_elements(CASE WHEN json_typeof(record->'entities') = 'array' THEN record->'entities' ELSE '[]' END) AS part
  WHERE part->>'category' IS NOT NULL AND part->>'slug' IS NOT NULL
  ON CONFLICT DO NOTHING`;

const statements = [
  // No reference to \`image\`: a picture in the trash keeps its rows, and they follow a rename there, too.
  `CREATE TABLE image_entity (
    image_id text NOT NULL,
    category text NOT NULL,
    slug text COLLATE "C" NOT NULL,
    worn text,
    PRIMARY KEY (image_id, category, slug)
  )`,
  `CREATE INDEX image_entity_of ON image_entity (category, slug, image_id)`,
  entitiesOf('image'),
  entitiesOf('image_hidden'),
];
