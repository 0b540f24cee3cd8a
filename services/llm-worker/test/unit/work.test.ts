import { describe, expect, test } from 'vitest';
import { buildSlots } from '../../src/work/slots.ts';
import { buildHider, buildTranscript } from '../../src/run/transcript.ts';
import { LlmTranscript } from '@gaze/contracts';

describe('slots', () => {
  const never = new AbortController().signal;

  test('keep one for those who wait for their job', async () => {
    const slots = buildSlots(2);
    const free = await slots.take('batch', never);
    let isSecond = false;
    const second = slots.take('batch', never).then((release) => {
      isSecond = true;
      return release;
    });
    const interactive = await slots.take('interactive', never);
    expect([isSecond, slots.taken()]).toEqual([false, 2]);
    interactive();
    expect(isSecond).toBe(false);
    free();
    free();
    (await second)();
    expect(slots.taken()).toBe(0);
  });

  test('let the interactive go first, and those who stop waiting go', async () => {
    const slots = buildSlots(1);
    const free = await slots.take('batch', never);
    const order: string[] = [];
    const stop = new AbortController();
    const gone = slots.take('interactive', stop.signal);
    const waiting = (['batch', 'interactive'] as const).map((lane) =>
      slots.take(lane, never).then((release) => {
        order.push(lane);
        release();
      }),
    );
    stop.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    free();
    await Promise.all(waiting);
    expect(order).toEqual(['interactive', 'batch']);
  });
});

describe('a transcript', () => {
  const writer = (secrets: string[]) =>
    buildTranscript({
      model: 'm',
      provider: 'p',
      promptFile: 'f',
      secrets,
      now: () => 0,
      date: () => new Date(0),
    });

  test('holds no secret, wherever one stands', () => {
    const transcript = writer(['sk-secret', 'sk-secret-longer']);
    transcript.message({ role: 'user', content: 'my key is sk-secret-longer, sk-secret!' });
    transcript.message({
      role: 'assistant',
      content: '',
      tool_calls: [{ id: '1', server: null, tool: 'x-sk-secret', arguments: '{"key":"sk-secret"}' }],
    });
    transcript.repair(['/a sk-secret']);
    const text = JSON.stringify(transcript.finish());
    expect(text).not.toContain('sk-secret');
    expect(text).toContain('my key is [secret], [secret]!');
  });

  test('stays under its size, and says that it was cut', () => {
    const transcript = writer([]);
    for (let at = 0; at < 100; at++) transcript.message({ role: 'tool', content: 'ü'.repeat(40_000) });
    const done = transcript.finish();
    expect(done.truncated).toBe(true);
    expect(JSON.stringify(done).length).toBeLessThan(400_000);
    expect(LlmTranscript.parse(done)).toEqual(done);
  });

  test('adds up what was spent', () => {
    const transcript = writer([]);
    transcript.turn({ prompt: 10, completion: 5 }, 0.01);
    transcript.turn({ prompt: 1, completion: 2 }, null);
    expect(transcript.finish()).toMatchObject({
      turns: 2,
      cost: 0.01,
      tokens: { prompt: 11, completion: 7, total: 18 },
    });
  });
});

test('short texts are no secrets: hiding them would eat words', () => {
  expect(buildHider(['', 'a', 'abc', 'long one'])('a abc long one')).toBe('a abc [secret]');
});
