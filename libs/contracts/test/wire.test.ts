import { describe, expect, test } from 'vitest';
import {
  allows,
  catalogRpc,
  ControlMessage,
  DispatchMessage,
  ErrorCode,
  errorCodes,
  eventTopics,
  EventToken,
  finalJobStatuses,
  GazeEvent,
  hostRpc,
  jobStatuses,
  ledgerRpc,
  LegacyGenerateBody,
  LegacyJob,
  mediaUrl,
  Problem,
  Scope,
  Sidecar,
  streams,
  subjects,
  thumbUrl,
} from '../src/index.ts';

describe('the error table', () => {
  test.each(Object.entries(errorCodes))(
    '%s has a status of an error, a title and a full sentence of advice',
    (code, row) => {
      expect(ErrorCode.parse(code)).toBe(code);
      expect(row.status).toBeGreaterThanOrEqual(400);
      expect(row.status).toBeLessThan(600);
      expect(row.title).toMatch(/^[A-Z].*[^.]$/);
      expect(row.hint).toMatch(/^[A-Z].*\.$|\/docs\.$/);
    },
  );

  test('is closed', () => {
    expect(ErrorCode.safeParse('teapot').success).toBe(false);
    expect(
      Problem.safeParse({ type: 'x', title: 'x', status: 418, code: 'teapot', detail: 'x' }).success,
    ).toBe(false);
  });
});

describe('scopes', () => {
  test('admin holds all, write and generate hold read, and nothing else is implied', () => {
    const table = Scope.options.map((held) => [
      held,
      Scope.options.filter((needed) => allows([held], needed)),
    ]);
    expect(Object.fromEntries(table)).toEqual({
      read: ['read'],
      generate: ['read', 'generate'],
      write: ['read', 'write'],
      admin: ['read', 'generate', 'write', 'admin'],
    });
  });

  test('several add up; none allows nothing', () => {
    expect(allows(['generate', 'write'], 'write')).toBe(true);
    expect(allows([], 'read')).toBe(false);
  });
});

describe('events', () => {
  const types = GazeEvent.options.map(({ shape }) => shape.type.value);

  test('belong each to a topic that a listener can ask for', () => {
    for (const type of types) expect(eventTopics).toContain(type.split('.')[0]);
  });

  test('leave no topic without an event, but for the two lossy streams', () => {
    const used = new Set<string>(types.map((type) => type.split('.')[0] ?? ''));
    expect(eventTopics.filter((topic) => !used.has(topic))).toEqual(['progress', 'preview']);
  });

  test('stand at tokens of incarnation and sequence', () => {
    expect(EventToken.safeParse('3f2a-9c:120').success).toBe(true);
    expect(['', '12', 'A:1', 'a:b', 'a:1:2'].some((token) => EventToken.safeParse(token).success)).toBe(
      false,
    );
  });
});

describe('the bus', () => {
  const questions = Object.entries({ ...catalogRpc, ...ledgerRpc, ...hostRpc });

  test('has one subject per question, all below gaze.rpc', () => {
    const asked = questions.map(([, { subject }]) => subject);
    expect(new Set(asked).size).toBe(asked.length);
    for (const subject of asked) expect(subject).toMatch(/^gaze\.rpc\.[a-z_]+(\.[a-z_]+)?$/);
  });

  test.each(questions)('%s has a deadline that a person would wait', (_name, { deadlineSeconds }) => {
    expect(deadlineSeconds).toBeGreaterThan(0);
    expect(deadlineSeconds).toBeLessThanOrEqual(120);
  });

  test('carries image jobs on the subjects of their stream', () => {
    const wildcard = (pattern: string) =>
      new RegExp(`^${pattern.replaceAll('.', '\\.').replace('*', '[^.]+')}$`);
    expect(subjects.imageJobs('0123456789ab')).toMatch(wildcard(streams.image.subjects[0]));
    expect(subjects.llmJobs('batch')).toMatch(wildcard(streams.llm.subjects[0]));
    expect(subjects.heartbeat('r1')).toMatch(wildcard(subjects.heartbeats));
    expect(subjects.progress('j1')).toMatch(wildcard(subjects.allProgress));
    expect(subjects.preview('j1')).toMatch(wildcard(subjects.allPreviews));
  });

  test('drops what a newer writer added and keeps what it knows', () => {
    const message = { v: 1, job_id: 'j', dispatch: 2, host_id: 'h', lane: 'batch' };
    expect(DispatchMessage.parse({ ...message, colour: 'blue' })).toEqual(message);
  });

  test('refuses an order that it does not know', () => {
    expect(ControlMessage.safeParse({ type: 'explode', job_id: 'j' }).success).toBe(false);
  });
});

describe('jobs', () => {
  test('end in one of three ways, each of them a status', () => {
    expect(finalJobStatuses).toEqual(['done', 'failed', 'cancelled']);
    for (const status of finalJobStatuses) expect(jobStatuses).toContain(status);
  });
});

describe('what the original promised', () => {
  test('its generate body ignores unknown keys, takes null for absent and no body at all', () => {
    expect(LegacyGenerateBody.parse({ seed: 42, count: 3, action: 'preview' })).toEqual({
      seed: 42,
      count: 3,
    });
    expect(LegacyGenerateBody.safeParse({ checkpoint: null, width: null }).success).toBe(true);
    expect(LegacyGenerateBody.safeParse(undefined).success).toBe(true);
    expect(LegacyGenerateBody.safeParse({ count: 21 }).success).toBe(false);
  });

  test('its job has the old status words alone', () => {
    const job = { id: 'j', label: 'x', error: null, result: null };
    expect(LegacyJob.safeParse({ ...job, status: 'pending' }).success).toBe(true);
    expect(LegacyJob.safeParse({ ...job, status: 'waiting' }).success).toBe(false);
  });

  test('its sidecars of two flags are read, unknown keys kept', () => {
    expect(Sidecar.parse({ is_favourite: true, note: 'x' })).toMatchObject({
      is_favourite: true,
      is_nsfw: false,
      note: 'x',
    });
  });
});

describe('addresses of pictures', () => {
  test('escape every part of a key and keep its slashes', () => {
    expect(mediaUrl('characters/elke_marrow/a b#1.png')).toBe(
      '/api/v1/media/characters/elke_marrow/a%20b%231.png',
    );
  });

  test('of thumbnails carry the content hash, so that they may be cached for ever', () => {
    expect(thumbUrl('looks/a/b.png', 'abc', 192)).toBe('/api/v1/thumbs/abc/192.webp?key=looks%2Fa%2Fb.png');
  });
});
