import type { TagCategory } from '@gaze/contracts';
import { normalise } from '@gaze/domain';

/** What a tag is about, as far as its words tell. */
type Concept =
  | 'quality'
  | 'base'
  | 'hair'
  | 'eyes'
  | 'expression'
  | 'headwear'
  | 'top'
  | 'bottom'
  | 'fullBody'
  | 'legwear'
  | 'footwear'
  | 'gloves'
  | 'accessories'
  | 'hands'
  | 'arms'
  | 'torso'
  | 'pelvis'
  | 'legs'
  | 'feet'
  | 'pose'
  | 'place'
  | 'furniture'
  | 'lighting'
  | 'style'
  | 'artist'
  | 'series';

const words = (list: string): RegExp => new RegExp(`\\b(${list})\\b`);

/** The first that fits counts, so what is special stands before what is general: a hair ribbon is no hair. */
const rules: readonly (readonly [Concept, RegExp])[] = [
  [
    'quality',
    words(
      'masterpiece|(best|high|good|normal|amazing|worst|low) quality|absurdres|highres|lowres|very aesthetic|newest|score \\d+( up)?|8k|4k|ultra detailed|highly detailed',
    ),
  ],
  [
    'base',
    /^(\d\+?(girl|boy|other)s?|solo( focus)?|(young |old |adult |mature |tall )*(wo)?man|(fe)?male( focus)?|tall|short|petite|elf|androgynous|dark[- ]skinned (fe)?male)$/,
  ],
  [
    'style',
    words(
      'watercolor|painting|painterly|sketch|lineart|monochrome|greyscale|pixel art|cel shading|flat color|photorealistic|realistic|oil paint|gouache|ink wash|film grain|retro artstyle|art nouveau|traditional media|impressionism|anime coloring|style',
    ),
  ],
  [
    'lighting',
    words(
      'lighting|sunlight|moonlight|backlight(ing)?|rim light|light rays|lens flare|bokeh|dappled|glow(ing)? light|shadows?|candlelight|lens|volumetric',
    ),
  ],
  [
    'pose',
    words(
      '(arms?|hands?|legs?|fingers?|knees?) (up|down|behind|crossed|together|apart|on|in|at|to|out|over|under|between|interlocked|own|raised)|(crossed|outstretched|raised|spread) (arms?|legs?)|holding|carrying|hugging|standing|sitting|seiza|lying|kneeling|walking|running|jumping|leaning|crouching|squatting|stretching|dancing|fighting stance|waving|reaching|pose|contrapposto|on (back|side|stomach)|from (behind|side|above|below)|(three-quarter|dynamic|front|side|back) (view|angle)|portrait|upper body|cowboy shot|close-up|full body|wide shot|profile',
    ),
  ],
  [
    'headwear',
    words(
      'hat|cap|beret|hood|crown|tiara|helmet|headband|hairband|headdress|headwear|veil|hairpin|hairclip|scrunchie|hair (ornament|ribbon|bow|clip|flower|tie|bobbles|tubes)|animal ear headphones|headphones',
    ),
  ],
  ['eyes', words('eyes?|pupils?|eyelashes|eyebrows|heterochromia|eyeshadow|freckles|iris')],
  [
    'hair',
    words(
      'hair|bangs|ponytail|twintails|twin tails|braids?|braided|bob cut|pixie cut|hime cut|ahoge|sidelocks|hair bun|double bun|dreadlocks|forelocks|undercut|curls|drills?',
    ),
  ],
  [
    'expression',
    words(
      'smile|smiling|grin|frown|blush|blushing|mouth|angry|sad|happy|crying|tears|laughing|pout|smirk|expressionless|serious|surprised|embarrassed|shy|tongue|teeth|fangs?|looking|expression|wink|sleepy|drooling|nervous|scared',
    ),
  ],
  [
    'legwear',
    words(
      'thighhighs|stockings|pantyhose|socks|kneehighs|leggings|legwear|tights|garters?|leg warmers|fishnets',
    ),
  ],
  ['footwear', words('shoes|boots|sandals|heels|sneakers|loafers|geta|slippers|footwear|mary janes|flats')],
  ['gloves', words('gloves?|mittens|gauntlets?')],
  [
    'accessories',
    words(
      'necklace|earrings?|jewelry|bracelet|ring|choker|scarf|glasses|eyewear|sunglasses|goggles|bag|backpack|belt|umbrella|ribbon|bow|bowtie|necktie|watch|cape|cloak|mask|pendant|brooch|sash|eyepatch|monocle|piercing|lantern|fan|sword|staff|weapon',
    ),
  ],
  [
    'fullBody',
    words(
      'dress|kimono|yukata|hakama|swimsuit|bikini|bodysuit|leotard|uniform|robe|gown|armou?r|suit|jumpsuit|overalls|apron|pajamas|habit|cheongsam|nude|costume|lingerie',
    ),
  ],
  [
    'top',
    words(
      'shirt|t-shirt|blouse|jacket|coat|sweater|hoodie|cardigan|vest|tunic|corset|bra|sleeves?|sleeveless|collar|buttons|turtleneck|camisole|tank top|crop top|off shoulder|blazer|poncho|top',
    ),
  ],
  ['bottom', words('skirt|pants|shorts|jeans|trousers|panties|underwear|miniskirt|bloomers')],
  ['hands', words('hands?|fingers?|fingernails|nails|nail polish|palms?')],
  ['arms', words('arms?|elbows?|forearms?|biceps')],
  [
    'torso',
    words(
      'breasts?|chest|navel|midriff|abs|shoulders?|waist|collarbone|stomach|belly|cleavage|toned|muscular|back',
    ),
  ],
  ['pelvis', words('hips?|ass|pelvis|groin')],
  ['legs', words('legs?|thighs?|knees?|calves')],
  ['feet', words('feet|foot|toes?|barefoot|toenails')],
  [
    'furniture',
    words('furniture|chair|sofa|couch|desk|table|bookshelf|bed|bench|lamp|curtains?|stool|armchair'),
  ],
  [
    'place',
    words(
      'outdoors|indoors|background|sky|clouds?|street|city|cityscape|town|village|forest|woods|beach|ocean|sea|lake|room|bedroom|classroom|kitchen|library|cafe|shop|mountains?|hills?|night|day|sunset|sunrise|dusk|dawn|rain|snow|snowing|garden|park|window|river|field|meadow|desert|ruins|castle|temple|shrine|torii|harbou?r|alley|rooftop|bridge|train|space|starry|scenery|landscape|autumn|winter|summer|spring|cave|church|tree|trees|water',
    ),
  ],
];

/** Where each concept is at home: addresses of fields, the first that the form has. */
const homes: Readonly<Record<Concept, readonly string[]>> = {
  quality: ['prompts::base_positive'],
  base: ['identity::base_specs'],
  hair: ['identity::hair'],
  eyes: ['identity::eyes', 'action::eyes'],
  expression: ['defaults::expression', 'action::head'],
  headwear: ['wardrobe::headwear'],
  top: ['wardrobe::top'],
  bottom: ['wardrobe::bottom'],
  fullBody: ['wardrobe::full_body'],
  legwear: ['wardrobe::legwear'],
  footwear: ['wardrobe::footwear'],
  gloves: ['wardrobe::gloves'],
  accessories: ['wardrobe::accessories'],
  hands: ['identity::hands', 'action::hands'],
  arms: ['identity::arms', 'action::arms'],
  torso: ['identity::torso'],
  pelvis: ['identity::pelvis'],
  legs: ['identity::legs'],
  feet: ['identity::feet'],
  pose: ['defaults::pose', 'action::full_body'],
  place: ['defaults::scene', 'scene::background'],
  furniture: ['scene::furniture', 'defaults::scene'],
  lighting: ['scene::lighting', 'defaults::scene'],
  style: ['styles::aesthetic', 'style::artistic_style'],
  artist: ['style::artist_name', 'styles::aesthetic'],
  series: ['tags::origin_series'],
};

export interface Placed {
  /** Tags by the address of the field that they belong to. */
  byField: Map<string, string[]>;
  /** What has no place: it stays where it was pasted. */
  rest: string[];
}

/**
 * Sorts the tags of a prompt into the fields of a form.
 * @param kinds Danbooru's kind of each tag that it knows, by the tag as it was pasted
 * @param fields addresses (`section::key`) that the form has
 */
export function placeTags(
  tags: readonly string[],
  kinds: ReadonlyMap<string, TagCategory | null>,
  fields: ReadonlySet<string>,
): Placed {
  const placed: Placed = { byField: new Map(), rest: [] };
  for (const tag of tags) {
    const concept = conceptOf(tag, kinds.get(tag) ?? null);
    const home = concept === null ? undefined : homes[concept].find((address) => fields.has(address));
    if (home === undefined) placed.rest.push(tag);
    else placed.byField.set(home, [...(placed.byField.get(home) ?? []), tag]);
  }
  return placed;
}

function conceptOf(tag: string, kind: TagCategory | null): Concept | null {
  if (kind === 'artist') return 'artist';
  if (kind === 'copyright') return 'series';
  if (kind === 'character') return null;
  const text = normalise(tag);
  return rules.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
