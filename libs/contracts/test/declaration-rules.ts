import type { CategoryDeclaration, PromptSection } from '../src/index.ts';

/** What a declaration must keep so that everything that reads it works; a sentence for each fault. */
export function faultsOf(declaration: CategoryDeclaration): string[] {
  const faults: string[] = [];
  const must = (kept: boolean, sentence: string) => {
    if (!kept) faults.push(sentence);
  };
  const { name, folder, singular, lora, tags, subtitle, systemPrompt, sections } = declaration;
  must(/^[a-z]+$/.test(name) && /^[a-z]+$/.test(singular), 'Its name and singular are lower-case words.');
  must(/^[a-z0-9_-]+$/.test(folder), 'Its folder is one plain folder name.');
  must(systemPrompt === `${singular}_system.txt`, 'Its system prompt is called after its singular.');
  must((lora === null) === (declaration.loraFolder === null), 'A LoRA slot and a LoRA folder come together.');
  must(
    (lora === null) === !sections.some((section) => section.name === 'lora'),
    'A LoRA slot and the section of its triggers come together.',
  );
  must(declaration.loraFolder?.endsWith('/') ?? true, 'Its LoRA folder ends in a slash.');
  must(
    new Set(sections.map((section) => section.name)).size === sections.length,
    'Each section has a name of its own.',
  );
  must(new Set(tags.map(({ key }) => key)).size === tags.length, 'Each tag has a key of its own.');
  must(!tags.some(({ key }) => key === 'nsfw'), 'nsfw is a tag of every category and not declared.');
  must(
    subtitle.every((key) => tags.some((tag) => tag.key === key)),
    'The subtitle names tags that it has.',
  );
  must(declaration.generation.kind !== 'part' || sections.length > 0, 'A part of a prompt has fields.');
  must(
    declaration.replaces.every((address) => /^[a-z]+(::[a-z_]+)?$/.test(address)),
    'What it replaces is addressed as section or section::key.',
  );
  must(
    declaration.pickers.every((picker) => picker.category !== name),
    'It does not pick from itself.',
  );
  const empty = { [declaration.idField]: 'an_id', [declaration.nameField]: 'A name' };
  must(declaration.schema.safeParse(empty).success, 'An entry with id and name alone is an entry.');
  return [...faults, ...sections.flatMap(faultsOfSection), ...ranksTwice(sections)];
}

function faultsOfSection(section: PromptSection): string[] {
  const known = new Set(section.keys);
  const faults: string[] = [];
  if (known.size !== section.keys.length) faults.push(`${section.name} names a key twice.`);
  for (const key of [
    ...(section.face?.keys ?? []),
    ...(section.hand?.keys ?? []),
    ...(section.negativeKeys ?? []),
  ]) {
    if (!known.has(key)) faults.push(`${section.name} uses the key ${key}, which it does not have.`);
  }
  for (const key of section.silentKeys ?? []) {
    if (known.has(key)) faults.push(`${section.name} has ${key} both silent and as a prompt field.`);
  }
  return faults;
}

/** Two sections of one rank would stand in an order that nobody chose. */
function ranksTwice(sections: readonly PromptSection[]): string[] {
  const ranks = {
    main: sections.flatMap(({ main }) => (main === null ? [] : [main])),
    face: sections.flatMap(({ face }) => (face === undefined ? [] : [face.order])),
    hand: sections.flatMap(({ hand }) => (hand === undefined ? [] : [hand.order])),
  };
  return Object.entries(ranks).flatMap(([prompt, values]) =>
    new Set(values).size === values.length ? [] : [`Two sections have one rank in the ${prompt} prompt.`],
  );
}
