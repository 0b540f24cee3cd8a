import { GazeError } from '@gaze/runtime';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { keys } from './canned-catalog.ts';
import { listen, refusal } from './listener.ts';
import { json, localToken, startGateway } from './start-gateway.ts';

test('[S2] no key, token, cookie or password reaches the log, whatever happens to the request', async () => {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  await using house = await startGateway({ log: pino({ level: 'trace' }, stream) });
  await house.bare(`/api/v1/jobs?api_key=${keys.read}`);
  await house.bare(`/api/v1/jobs?api_key=wrong-key-in-query`);
  await house.bare(`/?token=${localToken}`);
  await house.bare('/?token=wrong-token-in-query');
  await house.bare('/api/v1/session', json({ password: 'secret-password' }));
  await house.bare('/api/v1/jobs', { headers: { cookie: `gaze_session_${house.port}=secret-cookie` } });
  await house.bare('/api/v1/jobs?api_key=key-of-a-post', { ...json(null), body: '{broken secret-body' });
  await refusal(listen(house, { api_key: 'wrong-key-of-a-socket' }, {}).socket);
  house.catalog.answer('jobsList', () => {
    throw new Error('inside');
  });
  await house.bare(`/api/v1/jobs?api_key=${keys.read}`);
  house.catalog.answer('jobsList', () => {
    throw new GazeError('unavailable', 'The database does not answer.');
  });
  await house.bare(`/api/v1/jobs?api_key=${keys.read}`);
  for (const secret of [keys.read, localToken, 'wrong-key', 'wrong-token', 'secret-', 'key-of-a-post']) {
    expect(text, secret).not.toContain(secret);
  }
  expect(text).toContain('/api/v1/jobs');
  expect(text).toContain('The database does not answer.');
});
