import type { CategoryDeclaration, ConflictDetails, EntityData } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { parseEntity } from '../library/parse-entity.ts';
import type { Current } from './current.ts';

/** Longer versions are named by their hash alone: an answer has to fit the bus. */
const maxDetailBytes = 600_000;

/** @throws GazeError conflict where a change was made on another version than the one that is there */
export function refuseOther(current: Current, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === current.hash) return;
  throw conflict({
    message: `${current.name} has changed meanwhile. Load it again and repeat the change.`,
    ...{ declaration: current.declaration, revision: current.hash, pointers: [] },
    ...{ base: null, mine: null, theirs: current.text },
  });
}

/** A 409 with both versions. */
export function conflict(what: {
  message: string;
  declaration: CategoryDeclaration;
  /** Of the file as it is now. */
  revision: string;
  pointers: string[];
  base: string | null;
  mine: string | null;
  theirs: string | null;
}): GazeError {
  const short = { revision: what.revision, pointers: what.pointers };
  const whole: ConflictDetails = {
    ...short,
    base: dataOf(what.declaration, what.base),
    mine: dataOf(what.declaration, what.mine),
    theirs: dataOf(what.declaration, what.theirs),
  };
  const fits = JSON.stringify(whole).length <= maxDetailBytes;
  return new GazeError('conflict', what.message, {
    details: fits ? whole : short,
    hint: 'Choose field by field, and save again with the newer revision.',
  });
}

function dataOf(declaration: CategoryDeclaration, text: string | null): EntityData | null {
  if (text === null) return null;
  const parsed = parseEntity(Buffer.from(text), declaration);
  return parsed.ok ? parsed.data : null;
}

export const pointerOf = (path: readonly string[]): string =>
  path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
