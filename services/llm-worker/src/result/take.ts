import type { RefusedField } from '@gaze/contracts';
import type { Form } from './form.ts';
import { child, isObject, own, shown } from './pointer.ts';

export interface Taken {
  /** Undefined: nothing of it can be used. */
  value: unknown;
  refused: RefusedField[];
  /** What the model could put right, as sentences with the place. */
  faults: string[];
  /** Places of Danbooru tags. */
  tagPlaces: string[];
}

const longestPrompt = 2000;
const mostTexts = 30;
const longestWord = 200;
const mostWords = 30;
const mostRefused = 60;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/**
 * Takes from an answer what its form allows, by building it anew: what the form does not name never gets in, whatever it
 * is called.
 */
export function take(form: Form, answer: unknown): Taken {
  const taken: Taken = { value: undefined, refused: [], faults: [], tagPlaces: [] };
  taken.value = walk(form, answer, '', taken);
  taken.refused = taken.refused.slice(0, mostRefused);
  return taken;
}

/** Nothing is taken, and the model is told why. */
function faultAt(into: Taken, at: string, text: string): unknown {
  into.faults.push(`${at === '' ? 'The answer' : at} ${text}`);
  return undefined;
}

/** Nothing is taken, and the person is told why. */
function refuseAt(into: Taken, at: string, value: unknown, reason: string): unknown {
  into.refused.push({ pointer: at, value: shown(value), reason });
  return undefined;
}

function walk(form: Form, value: unknown, at: string, into: Taken): unknown {
  const fault = (text: string): unknown => faultAt(into, at, text);
  const refuse = (reason: string): unknown => refuseAt(into, at, value, reason);
  switch (form.kind) {
    case 'forbidden':
      // Left empty as the schema shows it: nobody tried anything.
      return value === null || value === '' ? undefined : refuse(form.reason);
    case 'orNull':
      return value === null || value === '' ? null : (walk(form.form, value, at, into) ?? null);
    case 'object':
      if (value === null) return undefined;
      return isObject(value) ? walkObject(form, value, at, into) : fault('must be an object.');
    case 'map':
      if (value === null) return undefined;
      return isObject(value) ? walkMap(form, value, at, into) : fault('must be an object.');
    case 'tags':
      return takeTags(form.asList, value, at, into);
    case 'triggers':
      return takeTriggers(form.known, value, at, into);
    case 'text':
      return takeText(form.longest, value, at, into);
    case 'word':
      if (value === null || value === '') return undefined;
      return typeof value === 'string' && /^[a-z0-9_+-]{1,60}$/i.test(value)
        ? value
        : refuse('It is no name of that kind.');
    case 'words': {
      const words = typeof value === 'string' ? value.split(',') : value;
      if (value === null) return undefined;
      if (!Array.isArray(words) || words.some((word) => typeof word !== 'string'))
        return fault('must be a list of texts.');
      return (words as string[])
        .map((word) => word.trim().slice(0, longestWord))
        .filter((word) => word !== '' && !control.test(word))
        .slice(0, mostWords);
    }
    case 'boolean': {
      const read =
        typeof value === 'string' ? { true: true, false: false }[value.trim().toLowerCase()] : value;
      if (value === null) return undefined;
      if (form.as === 'orRandom' && read === undefined && value === 'random') return value;
      if (typeof read !== 'boolean') return fault('must be true or false.');
      return form.as === 'text' ? String(read) : read;
    }
    case 'number': {
      const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (value === null || value === '') return undefined;
      if (typeof read !== 'number' || !Number.isFinite(read)) return fault('must be a number.');
      if (read < form.least || read > form.most)
        return refuse(`It must lie between ${form.least} and ${form.most}.`);
      return form.isWhole ? Math.round(read) : read;
    }
    case 'oneOf':
      if (value === null || value === '') return undefined;
      return typeof value === 'string' && form.values.includes(value) ? value : refuse(form.reason);
  }
}

function walkObject(
  { keys, needs }: Extract<Form, { kind: 'object' }>,
  value: Record<string, unknown>,
  at: string,
  into: Taken,
): unknown {
  const made: Record<string, unknown> = {};
  for (const [key, form] of Object.entries(keys)) {
    const given = own(value, key);
    if (given === undefined) continue;
    const taken = walk(form, given, child(at, key), into);
    if (taken !== undefined) made[key] = taken;
  }
  for (const [key, given] of Object.entries(value)) {
    if (Object.hasOwn(keys, key)) continue;
    into.refused.push({
      pointer: child(at, key.slice(0, 80)),
      value: shown(given),
      reason: 'The program did not ask for it.',
    });
  }
  return needs !== undefined && !Object.hasOwn(made, needs) ? undefined : made;
}

/** Named objects; one that stands there without a name is the one called «default». */
function walkMap(
  form: Extract<Form, { kind: 'map' }>,
  value: Record<string, unknown>,
  at: string,
  into: Taken,
): unknown {
  const inner = form.value.kind === 'object' ? form.value.keys : {};
  const isFlat = Object.entries(value).some(([key, one]) => Object.hasOwn(inner, key) && !isObject(one));
  const entries: [string, unknown][] = isFlat ? [['default', value]] : Object.entries(value);
  const made: Record<string, unknown> = {};
  for (const [name, one] of entries) {
    const place = isFlat ? at : child(at, name.slice(0, 80));
    const isName = name.trim() !== '' && name.length <= 80 && !control.test(name) && name !== '__proto__';
    if (!isName || Object.keys(made).length >= form.most) {
      into.refused.push({
        pointer: place,
        value: shown(one),
        reason: 'The name cannot be used, or there are too many.',
      });
      continue;
    }
    // The places of tags are those in the result, where a flat one has got its name.
    const taken = walk(form.value, one, child(at, name), into);
    if (taken !== undefined) made[name] = taken;
  }
  return made;
}

function takeTags(asList: boolean, value: unknown, at: string, into: Taken): unknown {
  if (value === null) return undefined;
  const texts = Array.isArray(value) ? value : [value];
  if (texts.some((text) => typeof text !== 'string' && text !== null))
    return faultAt(into, at, 'must be text or a list of texts.');
  const strings = texts.flatMap((text) =>
    typeof text === 'string' ? [text.replace(/\s+/g, ' ').trim()] : [],
  );
  if (strings.some((text) => text.length > longestPrompt) || strings.length > mostTexts)
    return faultAt(into, at, 'is too long.');
  if (strings.some((text) => control.test(text))) {
    return refuseAt(into, at, value, 'It holds control characters.');
  }
  into.tagPlaces.push(at);
  if (asList) return strings.filter((text) => text !== '');
  return Array.isArray(value) ? strings.filter((text) => text !== '').join(', ') : strings[0];
}

/** Only words that the file or the person named: a made-up trigger switches nothing on and may smuggle anything. */
function takeTriggers(known: readonly string[], value: unknown, at: string, into: Taken): unknown {
  if (value === null) return undefined;
  const texts = Array.isArray(value) ? value : [value];
  if (texts.some((text) => typeof text !== 'string')) return faultAt(into, at, 'must be text.');
  const words = (texts as string[]).flatMap((text) => text.split(',')).map((word) => word.trim());
  const kept: string[] = [];
  for (const word of words.filter((one) => one !== '')) {
    if (isNamed(word, known)) kept.push(word);
    else
      into.refused.push({
        pointer: at,
        value: shown(word),
        reason: 'Neither the file nor the description names this trigger word.',
      });
  }
  return kept.slice(0, mostWords).join(', ');
}

function isNamed(word: string, known: readonly string[]): boolean {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[\s_]+/g, ' ')
      .trim();
  const wanted = plain(word);
  const isWord = /^[\p{L}\p{N} ():'!.+-]{1,100}$/u.test(wanted);
  return isWord && known.some((text) => ` ${plain(text).replace(/[,;\n"]/g, ' ')} `.includes(` ${wanted} `));
}

function takeText(longest: number, value: unknown, at: string, into: Taken): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return faultAt(into, at, 'must be text.');
  const text = String(value).replace(/\s+/g, ' ').trim();
  if (text.length > longest) return faultAt(into, at, `is longer than ${longest} characters.`);
  if (control.test(text) || /[<>\u202a-\u202e\u2066-\u2069]/.test(text)) {
    into.refused.push({
      pointer: at,
      value: shown(text),
      reason: 'It holds characters that have no place there.',
    });
    return undefined;
  }
  return text;
}
