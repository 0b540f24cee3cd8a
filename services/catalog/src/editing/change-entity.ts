import type { CategoryName, RevisionAction } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { Trx } from '../db/connect.ts';
import { scanFiles } from '../library/scan.ts';
import type { CheckedText } from './check-text.ts';
import { checkText } from './check-text.ts';
import { conflict, refuseOther } from './conflict.ts';
import type { Current } from './current.ts';
import { openEntity } from './current.ts';
import type { WriteDeps } from './deps.ts';
import { replaceFile } from './write-file.ts';

/** Somebody else's edit between our look and our write makes us look again; who edits faster than this is told. */
const tries = 5;

export interface ChangeRequest {
  category: CategoryName;
  slug: string;
  by: string;
  action?: RevisionAction;
  note?: string;
  /** Where the change holds for one version alone: its hash. Any other is a conflict. */
  ifMatch?: string | undefined;
  /** What the database changes along with the file. */
  also?: (trx: Trx) => Promise<void>;
}

/**
 * Changes an entity's file: `compute` gets it as it is now and answers its new text, or null where nothing has to
 * change. It may be called again, with a newer version.
 * @throws GazeError as `openEntity` and `checkText`; conflict where somebody else's edit would be lost
 */
export async function changeEntity(
  deps: WriteDeps,
  request: ChangeRequest,
  compute: (current: Current) => string | null | Promise<string | null>,
): Promise<{ changed: boolean }> {
  const { category, slug } = request;
  return deps.lock.run(category, async () => {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const current = await openEntity(deps, category, slug);
      refuseOther(current, request.ifMatch);
      const text = await compute(current);
      if (text === null || text === current.text) return { changed: false };
      const checked = checkText(current.declaration, text, current);
      keepId(current, checked);
      const outcome = await write(deps, request, current, checked);
      if (outcome.type === 'changed') continue;
      if (!outcome.commit.settled) await scanFiles(deps, current.declaration, new Set([current.filename]));
      if (outcome.conflict === null) return { changed: true };
      throw conflict({
        message: `Somebody saved ${current.filename} at the same moment. The file holds your version now; the other one is kept among its revisions.`,
        ...{ declaration: current.declaration, revision: checked.hash, pointers: [] },
        ...{ base: current.text, mine: checked.text, theirs: outcome.conflict.text },
      });
    }
    throw new GazeError(
      'conflict',
      'The file is being edited all the time. Nothing was written; try again in a moment.',
      {
        field: 'slug',
      },
    );
  });
}

function write(deps: WriteDeps, request: ChangeRequest, current: Current, checked: CheckedText) {
  const { category, slug, by, action = 'edit', note, also } = request;
  const revision = {
    category,
    slug,
    by,
    action,
    note,
    filename: current.filename,
    before: current,
    after: checked,
  };
  return replaceFile(deps, {
    declaration: current.declaration,
    revision,
    bytes: checked.bytes,
    ...(also === undefined ? {} : { also }),
  });
}

function keepId(current: Current, checked: CheckedText): void {
  if (checked.id === current.id) return;
  const { idField } = current.declaration;
  throw new GazeError(
    'invalid_input',
    `An edit does not change the ${idField} («${current.id}» became «${checked.id}»). Rename the entry instead, so that its pictures come along.`,
    { field: idField },
  );
}
