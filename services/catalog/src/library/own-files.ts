import { createHash } from 'node:crypto';

// What GAZE lays beside an entity's file while it writes it. The names follow from the revision, so that after a crash
// it is known whose they are; they begin with a dot, so that no scan and no watcher takes them for entities.

/** The file that marks a data folder as ours and mounted. */
export const markerFile = '.gaze-data';

/** The new text before it takes the file's place. */
export const temporaryName = (revisionId: number): string => `.gaze-${revisionId}.new`;
/** A second name of the old file: what is written into it until the end is noticed. */
export const linkName = (revisionId: number): string => `.gaze-${revisionId}.old`;

const own = /^\.gaze-(\d{1,15})\.(?:new|old)$/;
export const isOwnFile = (name: string): boolean => own.test(name);
export const revisionOfOwn = (name: string): number => Number(own.exec(name)?.[1]);

export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
