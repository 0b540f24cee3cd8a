/** One setting of a `.env` file with the comment lines right above it. */
interface Setting {
  name: string;
  value: string;
  comment: string[];
}

const line = /^([A-Z][A-Z0-9_]*)=(.*)$/;

/** Settings of a `.env` file by name. Values are taken literally, without the quotes around them. */
export function readEnvFile(text: string): Map<string, string> {
  return new Map(settingsOf(text).map(({ name, value }) => [name, value.replace(/^(['"])(.*)\1$/, '$2')]));
}

/**
 * The text of a `.env` file in which everything of the example stands, with `values` where nothing stands yet. What
 * has a value keeps it, also lines and comments that the example does not know; `renewed` alone are set anew.
 */
export function fillEnvFile(options: {
  text: string;
  example: string;
  values: Readonly<Record<string, string>>;
  renewed: Readonly<Record<string, string>>;
}): string {
  const { values, renewed } = options;
  const present = new Set(settingsOf(options.text).map(({ name }) => name));
  const added = settingsOf(options.example).filter(({ name }) => !present.has(name));
  const text = [
    options.text.replace(/\n*$/, '\n'),
    ...added.map(({ name, value, comment }) => `\n${[...comment, `${name}=${value}`].join('\n')}\n`),
  ].join('');
  return text
    .split('\n')
    .map((each) => {
      const [, name, value] = line.exec(each) ?? [];
      if (name === undefined) return each;
      if (renewed[name] !== undefined) return `${name}=${renewed[name]}`;
      return value === '' && values[name] !== undefined ? `${name}=${values[name]}` : each;
    })
    .join('\n');
}

function settingsOf(text: string): Setting[] {
  const found: Setting[] = [];
  let comment: string[] = [];
  for (const each of text.split('\n')) {
    const [, name, value] = line.exec(each.trim()) ?? [];
    if (name !== undefined && value !== undefined) found.push({ name, value: value.trim(), comment });
    comment = each.startsWith('#') ? [...comment, each] : [];
  }
  return found;
}
