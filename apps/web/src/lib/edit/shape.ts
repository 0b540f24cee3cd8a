/** What a value of an entity's data can be, as its category's schema says; all that forms and their checks need of it. */
export type Shape =
  | { kind: 'text' | 'prompt' | 'number' | 'switch' | 'any' }
  | { kind: 'group'; keys: Readonly<Record<string, Shape>> };

interface JsonSchema {
  type?: string | readonly string[];
  properties?: Readonly<Record<string, JsonSchema>>;
  anyOf?: readonly JsonSchema[];
}

/** Reads the JSON Schema of a category. Null and absent are fine everywhere, so they are not said. */
export function shapeOf(schema: JsonSchema): Shape {
  const options = alternatives(schema);
  const types = new Set(options.flatMap(({ type }) => type ?? []));
  const group = options.find(({ properties }) => properties !== undefined);
  if (group?.properties !== undefined && !types.has('string')) return groupOf(group.properties);
  if (types.has('boolean')) return { kind: 'switch' };
  if (types.has('number')) return { kind: 'number' };
  if (types.has('object') || !types.has('string')) return { kind: 'any' };
  return { kind: types.has('array') ? 'prompt' : 'text' };
}

function groupOf(properties: Readonly<Record<string, JsonSchema>>): Shape {
  return {
    kind: 'group',
    keys: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, shapeOf(inner)])),
  };
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(alternatives);
}
