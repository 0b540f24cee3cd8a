import type { OpenAPIV3_1 } from 'openapi-types';
import { examples } from './examples.ts';

type Operation = OpenAPIV3_1.OperationObject;
const methods = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** The document as it is handed out: with examples, and without the component schemas that nothing refers to. */
export function finishDocument(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  for (const operation of operationsOf(document)) addExamples(operation);
  nameWildcards(document);
  const used = referencedSchemas(document);
  const schemas = document.components?.schemas ?? {};
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  return {
    ...document,
    components: {
      ...document.components,
      schemas: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

export function operationsOf(document: OpenAPIV3_1.Document): Operation[] {
  return Object.values(document.paths ?? {}).flatMap((path) =>
    methods.flatMap((method) => (path?.[method] === undefined ? [] : [path[method]])),
  );
}

/** The router calls the rest of an address `*`; a reader of the reference needs a name. */
function nameWildcards(document: OpenAPIV3_1.Document): void {
  const paths = document.paths ?? {};
  for (const [path, item] of Object.entries(paths)) {
    if (!path.includes('{*}') || item === undefined) continue;
    for (const parameter of methods.flatMap((method) => item[method]?.parameters ?? [])) {
      if ('name' in parameter && parameter.name === '*') parameter.name = 'key';
    }
    paths[path.replace('{*}', '{key}')] = item;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an address of the document, not of a person
    delete paths[path];
  }
}

function addExamples(operation: Operation): void {
  const { request, response } = examples[operation.operationId ?? ''] ?? {};
  const body = operation.requestBody;
  if (request !== undefined && body !== undefined && 'content' in body) setExample(body.content, request);
  const success = Object.entries(operation.responses ?? {}).find(([code]) => code.startsWith('2'))?.[1];
  if (response !== undefined && success !== undefined && 'content' in success)
    setExample(success.content, response);
}

function setExample(
  content: Record<string, OpenAPIV3_1.MediaTypeObject> | undefined,
  example: unknown,
): void {
  const json = content?.['application/json'];
  if (json !== undefined) json.example = example;
}

/** Names of the component schemas that paths lead to, directly or through others. */
function referencedSchemas(document: OpenAPIV3_1.Document): Set<string> {
  const found = new Set<string>();
  const open: unknown[] = [document.paths];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [, name = ''] of JSON.stringify(next).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      open.push(document.components?.schemas?.[name] ?? {});
    }
  }
  return found;
}
