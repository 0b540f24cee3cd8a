import { holderSilenceMs } from '@gaze/domain';
import { takeBack } from '../jobs/ledger/take-back.ts';
import { orderHost } from '../jobs/steer.ts';
import { messageIdOf } from '../scheduler/stream.ts';
import type { LlmLedgerDeps } from './deps.ts';
import { llmHost } from './deps.ts';
import { giveUpLlm } from './ledger/fail.ts';
import type { LlmStream } from './stream.ts';

/** Keeps ledger, stream and workers in agreement, whatever each of them has lost. */
export function buildLlmKeeper(deps: { ledger: LlmLedgerDeps; stream: LlmStream }) {
  const { ledger, stream } = deps;
  const { db } = ledger;

  /** Every second: attempts whose worker fell silent, and cancels that nobody has heard. */
  async function watch(): Promise<void> {
    const jobs = await db
      .selectFrom('job')
      .select(['id', 'status', 'attempt'])
      .where('kind', '=', 'llm')
      .where('status', 'in', ['running', 'cancelling'])
      .execute();
    for (const { id, status, attempt } of jobs) {
      if (status === 'cancelling') orderHost(ledger.nc, llmHost.id, { type: 'cancel', job_id: id });
      if (ledger.liveness.attemptSilentMs(id, attempt) >= holderSilenceMs)
        await giveUpLlm(ledger, id, attempt);
    }
  }

  /** Now and then, and after every reconnect: what is dispatched and not in the stream goes back into the queue. */
  async function reconcile(): Promise<void> {
    await stream.ensure();
    const jobs = await db
      .selectFrom('job')
      .select(['id', 'dispatch', 'stream_incarnation', 'stream_sequence'])
      .where('kind', '=', 'llm')
      .where('status', '=', 'dispatched')
      .where('stream_sequence', 'is not', null)
      .execute();
    for (const job of jobs) {
      const { stream_incarnation: incarnation, stream_sequence: sequence } = job;
      if (incarnation === null || sequence === null) continue;
      if (!(await stream.holds({ incarnation, sequence }, messageIdOf(job))))
        await takeBack(ledger, job.id, job.dispatch);
    }
    await ledger.landing.resume();
  }

  return { watch, reconcile };
}
