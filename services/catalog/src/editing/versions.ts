import type { Version } from './revision-store.ts';
import { hashOf } from '../library/own-files.ts';

const mark = '\uFEFF';

/** A file's text as revisions keep it. What is no UTF-8, or cannot be stored, is shown with replacement characters. */
export function textWithoutMark(bytes: Buffer): string {
  return bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\0', '\uFFFD');
}

/** Bytes of a text; a file that begins with a byte order mark goes on doing so. */
export function bytesOfText(text: string, marked: boolean): Buffer {
  return Buffer.from(marked ? mark + text : text);
}

/** Whether the file of a version begins with a byte order mark: its text alone has another hash. */
export function isMarked({ hash, text }: Version): boolean {
  return hashOf(Buffer.from(text)) !== hash;
}
