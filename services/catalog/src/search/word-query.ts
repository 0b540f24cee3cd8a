import { askedWords } from '@gaze/domain';
import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** One word that somebody typed, as a tsquery: the beginning of a word, or any of the words that hold it. */
export interface AskedWord {
  word: string;
  query: string;
}

const mostExpansions = 40;
/** Shorter parts are in nearly every word; only their beginnings are looked for. */
const shortestPart = 3;
const ideographs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

const isPart = (word: string): boolean =>
  word.length >= shortestPart || (word.length === shortestPart - 1 && ideographs.test(word));

/** Words hold letters, marks and digits only (`searchWords`), so that quotes are all that quoting needs. */
const lexeme = (word: string): string => `'${word}'`;

/** What was typed, with the words of prompts that hold parts of it; the shorter a word, the nearer it is. */
export async function askedOf(db: DbOrTrx, q: string): Promise<AskedWord[]> {
  const words = askedWords(q);
  const parts = words.filter(isPart);
  const wider = new Map<string, string[]>();
  if (parts.length > 0) {
    const { rows } = await sql<{ part: string; word: string }>`
      SELECT part, found.word FROM unnest(${parts}::text[]) AS part
      CROSS JOIN LATERAL (
        SELECT word FROM search_word
        WHERE word LIKE '%' || part || '%' AND NOT starts_with(word, part)
        ORDER BY length(word), word LIMIT ${mostExpansions}) AS found`.execute(db);
    for (const { part, word } of rows) wider.set(part, [...(wider.get(part) ?? []), word]);
  }
  return words.map((word) => ({
    word,
    query: [`${lexeme(word)}:*`, ...(wider.get(word) ?? []).map(lexeme)].join(' | '),
  }));
}

/** All of the words at once. */
export const allOf = (asked: readonly AskedWord[]): string =>
  asked.map(({ query }) => `(${query})`).join(' & ');

/** A vector of words, as the columns hold it. */
export const searchVector = (words: readonly string[]): RawBuilder<string> =>
  sql<string>`array_to_tsvector(${[...words]}::text[])`;

export const matches = (column: RawBuilder<unknown>, query: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`${column} @@ ${query}::tsquery`;
