import type { CategoryName, GenerationRecord, Prompts, StoredImage, ledgerRpc } from '@gaze/contracts';
import { folderOf, pictureKey } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import type { z } from 'zod';
import type { Trx } from '../../db/connect.ts';
import { cardOf } from '../../library/cards.ts';
import { setCover } from '../../library/covers.ts';
import type { LedgerDeps } from './deps.ts';
import type { LedgerJob } from './rows.ts';
import { attemptOf, endAttempt, finish, lockJob } from './rows.ts';
import { ownerOfJob } from './start.ts';

type Question = z.output<typeof ledgerRpc.complete.input>;
type Outcome = z.input<typeof ledgerRpc.complete.output>['outcome'];

interface Completion {
  jobId: string;
  attempt: number;
  images: StoredImage[];
  prompts: Prompts;
  notes: string[];
  record: GenerationRecord;
}

/** Takes the pictures of an attempt. The same completion again is `already`; one of an older attempt is refused. */
export async function completeAttempt(deps: LedgerDeps, question: Question): Promise<{ outcome: Outcome }> {
  const { job_id: jobId, attempt, images, prompts, notes, record } = question;
  return { outcome: await complete(deps, { jobId, attempt, images, prompts, notes, record }) };
}

/** Ends a job from the pictures that its last attempt stored before it could say so. False where there are none. */
export async function finishFromStored(deps: LedgerDeps, job: LedgerJob): Promise<boolean> {
  const last = await attemptOf(deps.db, job.id, job.attempt);
  if (last?.prompt_id == null) return false;
  const stored = await deps.images.findStored(folderOf(ownerOfJob(job), job.is_sweep), job.id, job.attempt);
  if (stored === null) return false;
  const { images, record } = stored;
  const notes = record.notes.filter((note) => !job.notes.includes(note));
  const outcome = await complete(deps, {
    jobId: job.id,
    attempt: job.attempt,
    images,
    prompts: record.prompts,
    notes,
    record,
  });
  if (outcome === 'accepted')
    deps.log.info(
      { job: job.id, attempt: job.attempt },
      'finished a job from pictures that its worker had stored',
    );
  return outcome !== 'refused';
}

async function complete(deps: LedgerDeps, completion: Completion): Promise<Outcome> {
  const { jobId, attempt } = completion;
  const taken = await deps.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, jobId);
    const row = job === undefined ? undefined : await attemptOf(trx, jobId, attempt);
    if (job === undefined || row === undefined) return { outcome: 'refused' as const };
    if (row.status === 'done') return { outcome: 'already' as const };
    // An attempt that was given up may still bring its pictures, as long as no newer one was minted.
    const open = job.status !== 'done' && job.status !== 'failed' && job.status !== 'cancelled';
    if (!open || job.attempt !== attempt || row.status === 'failed') return { outcome: 'refused' as const };
    await take(deps, trx, job, completion);
    return { outcome: 'accepted' as const, hostId: row.host_id };
  });
  if (taken.outcome === 'accepted') {
    deps.events.wake();
    deps.images.wake();
    deps.hosts.liveness.forgetAttempt(jobId, attempt);
    deps.ended(jobId, taken.hostId, 'done');
    deps.changed([jobId]);
  }
  return taken.outcome;
}

async function take(deps: LedgerDeps, trx: Trx, job: LedgerJob, completion: Completion): Promise<void> {
  const owner = ownerOfJob(job);
  const { jobId, attempt, images, record } = completion;
  checkKeys(folderOf(owner, job.is_sweep), jobId, attempt, images);
  await deps.images.insertFromCompletion(trx, { jobId, attempt, owner, isNsfw: job.is_nsfw, record }, images);
  await endAttempt(trx, jobId, attempt, 'done', null);
  await finish(trx, jobId, 'done');
  const notes = JSON.stringify([...new Set([...job.notes, ...completion.notes])]);
  await trx
    .updateTable('job')
    .set({ prompts: JSON.stringify(completion.prompts), notes })
    .where('id', '=', jobId)
    .execute();
  const [first] = images;
  if (job.sets_cover && owner !== null && first !== undefined) await replaceCover(deps, trx, owner, first);
  await deps.tell(trx, [jobId]);
}

/** Only the very keys of this attempt: nobody hands in a picture that lies elsewhere. @throws GazeError invalid_input */
function checkKeys(folder: string, jobId: string, attempt: number, images: readonly StoredImage[]): void {
  images.forEach((image, ordinal) => {
    if (image.key === pictureKey(folder, jobId, attempt, ordinal)) return;
    throw new GazeError(
      'invalid_input',
      `«${image.key}» is not where picture ${ordinal} of this attempt belongs.`,
      { field: `images.${ordinal}.key` },
    );
  });
}

async function replaceCover(
  deps: LedgerDeps,
  trx: Trx,
  owner: { category: CategoryName; slug: string },
  image: StoredImage,
): Promise<void> {
  if (!(await setCover(trx, owner.category, owner.slug, image))) return;
  const entity = await cardOf(trx, owner.category, owner.slug);
  if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
}
