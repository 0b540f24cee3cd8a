import SwaggerParser from '@apidevtools/swagger-parser';
import * as contracts from '@gaze/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { readFile } from 'node:fs/promises';
import type { OpenAPIV3_1 } from 'openapi-types';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiFile, openApiText } from '../../scripts/openapi-text.ts';
import { examples } from '../../src/openapi/examples.ts';
import { operationsOf } from '../../src/openapi/finish.ts';

let document: OpenAPIV3_1.Document;
let text: string;
beforeAll(async () => {
  text = await openApiText();
  document = JSON.parse(text) as OpenAPIV3_1.Document;
});

/** A check of the document's own schema, with its components where a JSON Schema has them. */
function checker(schema: unknown): z.ZodType {
  const inPlace = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'));
  const $defs = inPlace(document.components?.schemas ?? {});
  return z.fromJSONSchema({ ...(inPlace(schema) as object), $defs } as Parameters<
    typeof z.fromJSONSchema
  >[0]);
}

describe('[api.openapi] the OpenAPI document', () => {
  test('is the committed one (else: node services/gateway/scripts/write-openapi.ts)', async () => {
    expect(await readFile(openApiFile, 'utf8')).toBe(text);
  });

  test('is valid OpenAPI 3.1 to two validators', async () => {
    const result = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
    expect(result).toMatchObject({ valid: true });
    expect(document.openapi).toBe('3.1.0');
    // The other one also looks at what a schema cannot say: parameters of the address, doubles, references.
    await expect(SwaggerParser.validate(JSON.parse(text) as OpenAPIV3_1.Document)).resolves.toBeDefined();
  });

  test('every reference leads somewhere, and every component is used', () => {
    const targets = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    expect([...targets].sort()).toEqual(Object.keys(document.components?.schemas ?? {}).sort());
  });

  test('every operation has a name of its own, a summary, a tag, errors, and security or none on purpose', () => {
    const operations = operationsOf(document);
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    const tags = new Set(document.tags?.map(({ name }) => name));
    for (const operation of operations) {
      expect(operation, operation.operationId).toMatchObject({
        summary: expect.stringMatching(/^[A-Z]/) as string,
      });
      expect(
        operation.tags?.every((tag) => tags.has(tag)),
        operation.operationId,
      ).toBe(true);
      expect(operation.security, operation.operationId).toBeInstanceOf(Array);
      expect(Object.keys(operation.responses ?? {}), operation.operationId).toContain('default');
      if ((operation.security?.length ?? 0) > 0) {
        expect(Object.keys(operation.responses ?? {})).toEqual(
          expect.arrayContaining(['401', '403', '429', '503']),
        );
      }
    }
  });

  test('every JSON request body has an example', () => {
    const missing = operationsOf(document).filter(({ requestBody }) => {
      const json =
        requestBody !== undefined && 'content' in requestBody
          ? requestBody.content['application/json']
          : undefined;
      return json !== undefined && json.example === undefined;
    });
    expect(missing.map(({ operationId }) => operationId)).toEqual([]);
  });

  test('every example names an operation and fits its schema', () => {
    const byId = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]));
    for (const [operationId, example] of Object.entries(examples)) {
      const operation = byId.get(operationId);
      expect(operation, operationId).toBeDefined();
      const bodies = [
        operation?.requestBody,
        ...Object.entries(operation?.responses ?? {}).flatMap(([code, response]) =>
          code.startsWith('2') ? [response] : [],
        ),
      ];
      const given = [example.request, example.response];
      for (const [index, body] of bodies.entries()) {
        const value = given[index];
        if (value === undefined || body === undefined || !('content' in body)) continue;
        const check = checker(body.content['application/json']?.schema);
        const what = `${operationId} ${index === 0 ? 'request' : 'response'}`;
        expect(check.safeParse(value).error, what).toBeUndefined();
        // The check itself can fail.
        if (typeof value === 'object' && value !== null)
          expect(check.safeParse('text').success, what).toBe(false);
      }
    }
  });

  test('the kept endpoints are all there', () => {
    expect(Object.keys(document.paths ?? {})).toEqual(
      expect.arrayContaining([
        '/api/v1/presets',
        '/api/v1/generate/{preset_slug}',
        '/api/v1/job/{job_id}',
        '/api/queue/{job_id}/status',
        '/api/key/regenerate',
      ]),
    );
  });

  test('categories come from the declarations', () => {
    const list = document.paths?.['/api/v1/library/{category}']?.get?.parameters?.find(
      (parameter) => 'name' in parameter && parameter.name === 'category',
    );
    expect(JSON.stringify(list)).toContain(JSON.stringify(contracts.categoryNames));
  });
});
