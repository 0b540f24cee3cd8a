import type { Picture } from '../nodes/types.ts';
import { colourWords, shifted } from './colour.ts';
import type { Colour } from './colour.ts';
import { hash, randomFrom } from './random.ts';
import type { Random } from './random.ts';

export type Place = 'hills' | 'sea' | 'city' | 'forest' | 'room' | 'studio';
export type Hour = 'dawn' | 'day' | 'golden' | 'dusk' | 'night' | 'mist';
export type HairStyle = 'long' | 'bob' | 'short' | 'ponytail' | 'twintails';

export interface Figure {
  skin: Colour;
  hair: Colour;
  style: HairStyle;
  eyes: Colour;
  clothes: Colour;
  isMale: boolean;
}

/** What a picture shows, read from its prompt where the prompt says so and drawn from the seed where it doesn't. */
export interface Theme {
  place: Place;
  hour: Hour;
  accent: Colour;
  figures: readonly Figure[];
  random: Random;
}

const places: readonly (readonly [Place, RegExp])[] = [
  ['studio', /simple background|(white|grey|gray|black) background|studio/],
  ['sea', /beach|ocean|\bsea\b|seaside|harbou?r|\blake\b|river|coast|underwater|pool/],
  ['city', /city|street|urban|alley|rooftop|neon|building|skyline|town|subway/],
  ['forest', /forest|\btrees?\b|woods|jungle|\bpark\b|garden|bamboo|shrine/],
  ['room', /indoors|\broom\b|bedroom|classroom|caf[eé]|library|kitchen|\bbed\b|couch|window|office|\bbar\b/],
  ['hills', /mountain|field|meadow|hill|outdoors|\bsky\b|desert|snow|valley|grass/],
];

const hours: readonly (readonly [Hour, RegExp])[] = [
  ['night', /night|moon|stars?\b|starry|midnight|fireworks/],
  ['golden', /sunset|golden hour|evening|autumn/],
  ['dusk', /dusk|twilight|neon/],
  ['dawn', /dawn|sunrise|morning|cherry blossoms?/],
  ['mist', /rain|storm|cloudy|overcast|fog|mist|snow/],
  ['day', /\bday\b|sunny|blue sky|daylight/],
];

const person =
  /\b(girls?|boys?|woman|women|man|men|solo|portrait|person|people|lady|warrior|witch|knight|hair|eyes|smile)\b|\d\+?(girl|boy)/;
const garments =
  'dress|shirt|jacket|coat|skirt|sweater|kimono|hoodie|uniform|armor|armour|top|cape|cloak|robe|suit|blouse|bodysuit';

export function readTheme(picture: Picture): Theme {
  const prompt = picture.prompt.toLowerCase().replaceAll('_', ' ');
  const random = randomFrom(hash(`${prompt}|${picture.seed}`));
  const look = hash(`${picture.checkpoint}|${picture.loras.join('|')}`);
  const place =
    found(places, prompt) ?? random.pick<Place>(['hills', 'sea', 'city', 'forest', 'room', 'hills']);
  const hour =
    found(hours, prompt) ?? random.pick<Hour>(['dawn', 'day', 'golden', 'dusk', 'night', 'golden']);
  const said = colourOf(prompt, 'simple background|background|theme');
  const accent: Colour = said ?? [random.between(0, 360), random.between(48, 70), random.between(52, 64)];
  return {
    place,
    hour,
    accent: shifted(accent, (look % 25) - 12),
    figures: figuresOf(prompt, accent, random),
    random,
  };
}

function found<T>(table: readonly (readonly [T, RegExp])[], prompt: string): T | undefined {
  return table.find(([, pattern]) => pattern.test(prompt))?.[0];
}

/** The colour word in front of one of these nouns, as in `blue hair`. */
function colourOf(prompt: string, nouns: string): Colour | undefined {
  const names = Object.keys(colourWords).join('|');
  const word = new RegExp(`\\b(${names})\\b(?:[ -]\\w+)?[ -](?:${nouns})\\b`).exec(prompt)?.[1];
  return word === undefined ? undefined : colourWords[word];
}

const skins: readonly [Colour, ...Colour[]] = [
  [24, 62, 84],
  [22, 54, 78],
  [24, 46, 66],
  [20, 40, 48],
  [26, 60, 88],
];

function figuresOf(prompt: string, accent: Colour, random: Random): Figure[] {
  if (/no humans|scenery only/.test(prompt) || !person.test(prompt)) return [];
  const isPair = /\b[2-9]\+?(girls|boys)|\bmultiple|\bcouple|hetero|yuri|yaoi/.test(prompt);
  const isMale = /\b\d?\+?boys?\b|\bman\b|\bmale\b/.test(prompt) && !/\dgirl/.test(prompt);
  const hairs: readonly [Colour, ...Colour[]] = [
    [235, 18, 16],
    [22, 42, 31],
    [44, 72, 70],
    [354, 58, 42],
    shifted(accent, 150),
    [220, 14, 80],
  ];
  const first: Figure = {
    skin: /dark skin|tan\b/.test(prompt) ? [20, 42, 44] : random.pick(skins),
    hair: colourOf(prompt, 'hair|ponytail|twintails|braid') ?? random.pick(hairs),
    style: hairStyle(prompt, isMale, random),
    eyes: colourOf(prompt, 'eyes?') ?? [random.between(0, 360), 55, 45],
    clothes: colourOf(prompt, garments) ?? [accent[0] + 180, random.between(28, 55), random.between(30, 62)],
    isMale,
  };
  if (!isPair) return [first];
  const other: Figure = {
    ...first,
    skin: random.pick(skins),
    hair: random.pick(hairs),
    clothes: shifted(first.clothes, 140),
    style: /hetero|boy/.test(prompt) ? 'short' : random.pick<HairStyle>(['bob', 'long', 'ponytail']),
    isMale: /hetero|boy/.test(prompt),
  };
  return [first, other];
}

function hairStyle(prompt: string, isMale: boolean, random: Random): HairStyle {
  if (/twin ?tails|pigtails/.test(prompt)) return 'twintails';
  if (/ponytail|braid|updo|bun\b/.test(prompt)) return 'ponytail';
  if (/bob cut|medium hair/.test(prompt)) return 'bob';
  if (/long hair/.test(prompt)) return 'long';
  if (isMale || /short hair/.test(prompt)) return 'short';
  return random.pick<HairStyle>(['long', 'bob', 'ponytail', 'long']);
}
