import type { LlmTranscript, TranscriptMessage, TranscriptView } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { DbOrTrx, Trx } from '../db/connect.ts';

/** One message of the bus holds a transcript and what is around it. */
const mostBytes = 400_000;
const shortest = 200;

/** What looks like a key or a password, wherever it stands. The worker replaces the secrets that it knows; this is the second look. */
const secrets = [
  /\b(?:sk|pk|gsk|gz|xai|hf|ghp|github_pat)[-_][\w-]{16,}/g,
  /\bbearer\s+[\w.~+/=-]{12,}/gi,
  /\b(?:api[-_]?key|password|secret|token)(["']?\s*[:=]\s*["']?)[\w.~+/=-]{12,}/gi,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g,
];

/** Keeps the record of one attempt. The same attempt again keeps the first one. */
export async function keepTranscript(
  trx: Trx,
  jobId: string,
  attempt: number,
  transcript: LlmTranscript,
): Promise<void> {
  await trx
    .insertInto('llm_transcript')
    .values({ job_id: jobId, attempt, transcript: JSON.stringify(fitted(withoutSecrets(transcript))) })
    .onConflict((conflict) => conflict.columns(['job_id', 'attempt']).doNothing())
    .execute();
}

/** @throws GazeError not_found for a job, or an attempt of it, that left none */
export async function readTranscript(
  db: DbOrTrx,
  which: { job_id: string; attempt?: number | undefined },
): Promise<TranscriptView> {
  const rows = await db
    .selectFrom('llm_transcript')
    .select('attempt')
    .where('job_id', '=', which.job_id)
    .orderBy('attempt')
    .execute();
  const attempts = rows.map((row) => row.attempt);
  const attempt = which.attempt ?? attempts.at(-1);
  const row = await db
    .selectFrom('llm_transcript')
    .select('transcript')
    .where('job_id', '=', which.job_id)
    .where('attempt', '=', attempt ?? 0)
    .executeTakeFirst();
  if (row === undefined || attempt === undefined)
    throw new GazeError('not_found', `The job «${which.job_id}» has left no transcript.`, {
      field: 'job_id',
    });
  return { job_id: which.job_id, attempt, attempts, transcript: row.transcript };
}

/** The texts without whatever looks like a secret. */
export function withoutSecrets(transcript: LlmTranscript): LlmTranscript {
  return mapTexts(transcript, (text) =>
    secrets.reduce((clean, secret) => clean.replace(secret, '[secret]'), text),
  );
}

/** The longest texts are cut until the whole fits. */
export function fitted(transcript: LlmTranscript, most = mostBytes): LlmTranscript {
  let whole = transcript;
  for (
    let longest = 100_000;
    sizeOf(whole) > most && longest >= shortest;
    longest = Math.floor(longest / 2)
  ) {
    const cut = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest)}…`);
    whole = { ...mapTexts(whole, cut), truncated: true };
  }
  // Short messages without end: the first ones say what was asked, the last ones how it ended.
  for (let kept = 400; sizeOf(whole) > most && kept > 1; kept = Math.floor(kept / 2)) {
    const { messages } = whole;
    if (messages.length > kept * 2)
      whole = { ...whole, messages: [...messages.slice(0, kept), ...messages.slice(-kept)], truncated: true };
  }
  return whole;
}

const sizeOf = (transcript: LlmTranscript): number => Buffer.byteLength(JSON.stringify(transcript));

function mapTexts(transcript: LlmTranscript, change: (text: string) => string): LlmTranscript {
  const message = (one: TranscriptMessage): TranscriptMessage => ({
    ...one,
    content: change(one.content),
    ...(one.tool_calls === undefined
      ? {}
      : { tool_calls: one.tool_calls.map((call) => ({ ...call, arguments: change(call.arguments) })) }),
  });
  return {
    ...transcript,
    provider: change(transcript.provider),
    messages: transcript.messages.map(message),
    retries: transcript.retries.map((retry) => ({ ...retry, reason: change(retry.reason) })),
    repairs: transcript.repairs.map((faults) => faults.map(change)),
  };
}
