import { pick } from '../support/random.ts';
import type { Known } from './known.ts';
import type { Random } from './schema-values.ts';
import { buildDrawing, hostileValues, spoiled } from './schema-values.ts';

export interface Operation {
  id: string;
  /** Its route class. */
  tag: string;
  method: string;
  path: string;
  parameters: { name: string; in: string; required?: boolean; schema: unknown }[];
  body: { type: string; schema: unknown; example: unknown } | null;
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

export interface Document {
  components?: { schemas?: unknown };
  paths: Record<string, Record<string, Record<string, unknown>>>;
}

export interface GeneratedRequest {
  address: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  /** Whether it was made to be accepted. */
  meant: boolean;
}

export function operationsIn(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const { content = {} } = (operation.requestBody ?? {}) as {
        content?: Record<string, { schema: unknown; example?: unknown }>;
      };
      const [type, described] = Object.entries(content)[0] ?? [];
      return {
        id: String(operation.operationId),
        tag: String((operation.tags as string[])[0]),
        method: method.toUpperCase(),
        path,
        parameters: (operation.parameters ?? []) as Operation['parameters'],
        body: type === undefined ? null : { type, schema: described?.schema, example: described?.example },
        responses: operation.responses as Operation['responses'],
      };
    }),
  );
}

/** Of three requests two are meant well: with things that are there, after the example or drawn from the schema. */
export function buildRequests(document: unknown, known: Known, random: Random) {
  const draw = buildDrawing(document, random);
  const chance = (share: number): boolean => random() < share;
  const hostileTexts = hostileValues.filter((value) => typeof value === 'string');
  const hostileText = (): string => pick(random, hostileTexts);

  function parameter(operation: Operation, name: string, place: { category: string }): string {
    if (name === 'category') return place.category;
    if (name === 'slug')
      return operation.path.includes('/coverage/') ? 'elke_marrow' : slugIn(operation, place.category);
    if (name === 'preset_slug') return pick(random, known.slugs.presets ?? []);
    if (name === 'outfit') return 'default';
    if (name === 'kind') return pick(random, ['image', 'llm']);
    if (name === 'name') return 'characters';
    if (name === 'key') return pick(random, known.images).key.split('/').map(encodeURIComponent).join('/');
    if (name === 'sha256') return pick(random, known.images).sha256;
    if (name === 'file') return pick(random, ['192.webp', '384.webp', '768.webp']);
    if (operation.path.includes('/revisions/')) return pick(random, known.revisions);
    const kind = /\/([a-z]+)\/\{/.exec(operation.path)?.[1] ?? '';
    return pick(random, known.ids[kind] ?? ['nothing-of-that']);
  }

  function slugIn(operation: Operation, category: string): string {
    const ofElke = /outfit|revision/.test(operation.path) && category === 'characters';
    return ofElke ? 'elke_marrow' : pick(random, known.slugs[category] ?? []);
  }

  /** Words of an example that stand for things of this house become those. */
  function real(value: unknown, category: string, key = ''): unknown {
    if (Array.isArray(value)) {
      if (/^(image_ids|ids)$/.test(key)) return known.images.slice(0, 2).map(({ id }) => id);
      if (key === 'job_ids') return known.ids.jobs;
      if (key === 'slugs') return (known.slugs[category] ?? []).slice(0, 2);
      return value.map((one) => real(one, category, key));
    }
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, real(one, category, name)]),
      );
    if (key === 'image_id') return pick(random, known.images).id;
    if (key === 'batch_id') return known.ids.batches?.[0];
    if (key === 'checkpoint' || key === 'default_checkpoint') return 'Illustrious/meridian_xl_v3.safetensors';
    // Nothing of a test leaves this machine.
    if (typeof value === 'string' && /url$/.test(key)) return 'http://127.0.0.1:1/';
    if ((key === 'name' || key === 'id') && typeof value === 'string')
      return `${value} ${Math.floor(random() * 1e9)}`;
    return value;
  }

  function bodyOf(operation: Operation, meant: boolean, category: string): string | Buffer | undefined {
    const { body } = operation;
    if (body === null) return undefined;
    if (body.type !== 'application/json')
      return meant
        ? known.picture
        : Buffer.from(pick(random, ['<svg onload=alert(1)>', '', 'PNG', '\x89PNG\r\n\x1a\n']));
    const whole = body.example !== undefined && chance(0.7) ? body.example : draw(body.schema);
    const value = real(whole, category);
    if (meant) return JSON.stringify(value);
    return chance(0.08)
      ? pick(random, ['{', '[1,', '{"a":1}}', 'nul', '\ufeff{}'])
      : JSON.stringify(spoiled(value, random));
  }

  return function request(operation: Operation): GeneratedRequest {
    const meant = chance(0.66);
    // One place is bad, so that the rest is looked at too.
    const badPart = meant
      ? 'none'
      : pick(random, operation.body === null ? ['path', 'query'] : ['path', 'query', 'body', 'body']);
    const categories = Object.keys(known.slugs);
    const fixed = operation.path.match(/\/library\/([a-z]+)\//)?.[1];
    const category =
      fixed ?? (/outfit|revision|strengths/.test(operation.path) ? 'characters' : pick(random, categories));
    const path = operation.path.replace(/\{([^}]+)\}/g, (_all, name: string) =>
      badPart === 'path'
        ? encodeURIComponent(hostileText().toWellFormed())
        : parameter(operation, name, { category }),
    );
    const query = new URLSearchParams();
    for (const { name, in: where, required, schema } of operation.parameters) {
      if (where !== 'query' || name === 'cursor' || (required !== true && !chance(0.3))) continue;
      query.append(name, queryValue(operation, name, schema, badPart === 'query'));
    }
    if (badPart === 'query')
      query.append(chance(0.5) ? 'nobody_knows_this' : 'limit', hostileText().toWellFormed());
    const body = bodyOf(operation, badPart !== 'body', category);
    return {
      address: `${path}${query.size === 0 ? '' : `?${query.toString()}`}`,
      method: operation.method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': operation.body?.type ?? 'application/json' }),
        ...(operation.parameters.some(({ name }) => name.toLowerCase() === 'if-match')
          ? { 'if-match': '*' }
          : {}),
      },
      ...(body === undefined ? {} : { body }),
      meant,
    };
  };

  function queryValue(operation: Operation, name: string, schema: unknown, bad: boolean): string {
    if (bad && chance(0.5)) return hostileText().toWellFormed();
    if (operation.id === 'downloadImages')
      return known.images
        .map(({ id }) => id)
        .slice(0, 2)
        .join(',');
    if (name === 'key') return pick(random, known.images).key;
    if (name === 'slug') return 'elke_marrow';
    if (name === 'api_key') return '';
    return String(draw(schema));
  }
}
