import fc from 'fast-check';

const pieces = [
  ...[
    '(',
    ')',
    '((',
    '))',
    '[',
    ']',
    '{',
    '}',
    '|',
    '::',
    '<',
    '>',
    '<lora:',
    ':0.8>',
    ':1.2',
    ':1.2)',
    '\\',
    '\\(',
    '\\)',
    '\\{',
  ],
  ...[
    ',',
    ', ',
    ',,',
    ' ',
    '\n',
    '\t',
    '\u00a0',
    '_',
    '__',
    '__name__',
    'BREAK',
    'embedding:x',
    ':(',
    ':)',
    '>_<',
    '^_^',
  ],
  ...[
    '{{POSITIVE_PROMPT}}',
    '{{FACE_PROMPT}}',
    '{{HAND_PROMPT}}',
    '{{NEGATIVE_PROMPT}}',
    '$&',
    '$1',
    '"',
    "'",
    '__proto__',
    'constructor',
  ],
  ...[
    '\u202e',
    '\u200f',
    '\ud800',
    '\udfff',
    '\0',
    '\ufeff',
    'İ',
    'ß',
    'é',
    '日本',
    '👩‍👩‍👧',
    'anime',
    'a',
    'B',
    '1girl',
    'long hair',
  ],
];

/** Text made to break things: syntax out of place, lone surrogates, right-to-left marks, placeholders. */
export const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((list) => list.join('')),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** Any value that JSON can hold, hostile texts among them. */
export const hostileJson = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });

const words = [
  'anime',
  'long hair',
  'blue_eyes',
  '1girl',
  'smile',
  'tifa \\(ff7\\)',
  'night sky',
  'red',
  'Red',
  'red dress',
];

/** An entry as people write it. */
const niceTag = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(...words).map((word) => `(${word}:1.2)`),
  fc.constantFrom(...words).map((word) => `((${word}))`),
  fc.constantFrom(...words).map((word) => `[${word}]`),
  fc.constant('(red, blue:1.3)'),
  fc.constant('<lora:name:0.8>'),
  fc.constant('BREAK'),
);

export const niceText = fc.array(niceTag, { maxLength: 6 }).map((tags) => tags.join(', '));

/** Texts of a length, each made of one trick over and over. */
export function longTexts(length: number): string[] {
  const tricks = [
    '(',
    ')',
    '()',
    '[',
    '([',
    '(]',
    '((a:1.2),',
    '\\(',
    '<',
    '<a',
    '<a:',
    '<lora:',
    ',',
    ' ',
    '\n',
    '_',
    ', ,',
    ':1',
    '(:1',
    '{',
    '}',
    '{a|',
    '{a|b}',
    '__',
    '__a',
    '__a_',
    '{{FACE_PROMPT}}',
    '\ud800',
    '\u202e',
    'a,',
    'BREAK,',
  ];
  return [
    ...tricks.map((trick) => trick.repeat(Math.ceil(length / trick.length))),
    ...[' ', ',', '_', '\\', ':1', ' ,'].map((run) => `x${run.repeat(length / run.length)}y`),
    '('.repeat(length / 2) + ')'.repeat(length / 2),
    `${'(('.repeat(length / 12)}x${':1.2))'.repeat(length / 12)}`,
    `${'{a|'.repeat(length / 6)}${'}'.repeat(length / 6)}`,
  ];
}

/**
 * How work grows with its input: the time for a long text, over the time for the same amount in eight pieces. Linear
 * work gives about one, quadratic work eight. Counts the processor time of this thread alone, the best of several runs, so that
 * a busy machine does not pass for bad code.
 */
export async function growth(
  run: (text: string) => unknown,
  make: (length: number) => string,
): Promise<number> {
  const large = await leastCpuMs(run, make(96_000), 1);
  // So little for so much text cannot be more than linear, and is too little to measure a ratio by.
  if (large < 20) return 1;
  // The same amount of text in eight pieces: both sides are long against the clock's own grain.
  return large / Math.max(await leastCpuMs(run, make(12_000), 8), 4);
}

/** What linear work stays under, with room for noise; quadratic work does not. */
export const linearGrowth = 5;

/** Room for the machine to be busy with something else; nothing here waits for anything. */
export const patientMs = 180_000;

async function leastCpuMs(run: (text: string) => unknown, text: string, times: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const before = process.threadCpuUsage();
    for (let time = 0; time < times; time++) await run(text);
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
