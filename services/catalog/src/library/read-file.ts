import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import { contentFault } from './content-fault.ts';
import type { FileFault } from './faults.ts';
import { wholeFileFault } from './faults.ts';
import { parseEntity } from './parse-entity.ts';
import type { Parsed } from './parse-entity.ts';
import { codeOf } from './seen-files.ts';
import type { FileStamp } from './stamp.ts';
import { sameStamp, stampOf } from './stamp.ts';

/** A larger file is no entity; reading it would only stop everybody else. */
export const maxBytes = 512 * 1024;
/** A file that changes while it is read is read again this often; then the next scan takes its turn. */
const tries = 3;

export type GoodReading = Extract<Parsed, { ok: true }> & { stamp: FileStamp };
export type FileReading = GoodReading | { ok: false; stamp: FileStamp | null; fault: FileFault };

/**
 * Reads one entity file. Never throws for what the file holds or for what the disk says: faults come back with their
 * place. Null: the file is gone meanwhile.
 */
export function readEntityFile(file: string, declaration: CategoryDeclaration): FileReading | null {
  let stamp: FileStamp | null;
  try {
    stamp = stampOf(file);
  } catch (error) {
    return unreadable(error, null);
  }
  if (stamp === null)
    return { ok: false, stamp, fault: wholeFileFault('unreadable', 'This is no regular file.') };
  if (stamp.size > maxBytes) return { ok: false, stamp, fault: tooLarge(stamp.size) };
  try {
    return readSettled(file, stamp, declaration);
  } catch (error) {
    return unreadable(error, stamp);
  }
}

/** What is read belongs to one stamp: a file that changed under the reading is read again. */
function readSettled(file: string, first: FileStamp, declaration: CategoryDeclaration): FileReading {
  let stamp = first;
  for (let attempt = 1; ; attempt++) {
    const bytes = readFileSync(file);
    const after = stampOf(file);
    if (after === null || sameStamp(stamp, after) || attempt === tries) {
      return { ...checked(parseEntity(bytes, declaration), declaration, path.basename(file)), stamp };
    }
    stamp = after;
  }
}

function unreadable(error: unknown, stamp: FileStamp | null): FileReading | null {
  const code = codeOf(error);
  if (code === 'ENOENT') return null;
  const message =
    code === 'EACCES'
      ? 'GAZE may not read this file; check its permissions.'
      : `The file cannot be read (${code}).`;
  return { ok: false, stamp, fault: wholeFileFault('unreadable', message) };
}

function checked(parsed: Parsed, declaration: CategoryDeclaration, filename: string): Parsed {
  if (!parsed.ok) return parsed;
  const fault = contentFault(declaration, parsed.data, parsed.text, filename);
  return fault === null ? parsed : { ok: false, fault };
}

export function tooLarge(bytes: number): FileFault {
  return wholeFileFault('too_large', `The file has ${bytes} bytes; an entry has at most ${maxBytes}.`);
}
