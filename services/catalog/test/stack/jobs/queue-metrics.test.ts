import { metrics } from '@gaze/runtime';
import { expect, test } from 'vitest';
import { measureQueues } from '../../../src/jobs/queue-metrics.ts';
import { catalogDatabase } from '../../support/database.ts';

test('the depth of an empty queue is said to be nothing, and not left out', async () => {
  await using database = await catalogDatabase();
  await measureQueues(database.db);
  const text = await metrics.metrics();
  for (const kind of ['image', 'llm'])
    for (const status of ['waiting', 'dispatched', 'running', 'cancelling'])
      expect(text).toContain(`gaze_open_jobs{kind="${kind}",status="${status}"} 0`);
});
