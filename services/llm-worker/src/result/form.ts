/** What an answer may hold, and nothing else: a tree that is made of the category's declaration. */
export type Form =
  /** Without the key that it needs it is nothing. */
  | { kind: 'object'; keys: Readonly<Record<string, Form>>; needs?: string }
  /** Objects by a name that the model chooses, such as outfits. */
  | { kind: 'map'; value: Form; most: number }
  /** Prompt text: Danbooru tags separated by commas, or a list of such texts. */
  | { kind: 'tags'; asList: boolean }
  | { kind: 'triggers'; known: readonly string[] }
  | { kind: 'text'; longest: number }
  /** A name in a program, such as a sampler's. */
  | { kind: 'word' }
  | { kind: 'words' }
  | { kind: 'boolean'; as: 'boolean' | 'text' | 'orRandom' }
  | { kind: 'number'; least: number; most: number; isWhole: boolean }
  | { kind: 'oneOf'; values: readonly string[]; reason: string }
  /** Null is an answer too. */
  | { kind: 'orNull'; form: Form }
  /** Never the model's to set; the reason is a sentence. */
  | { kind: 'forbidden'; reason: string };

export const forbidden = {
  id: { kind: 'forbidden', reason: 'Ids belong to the program.' },
  file: { kind: 'forbidden', reason: 'File names and paths belong to the program.' },
  unasked: { kind: 'forbidden', reason: 'The program did not ask for it.' },
} as const satisfies Record<string, Form>;
