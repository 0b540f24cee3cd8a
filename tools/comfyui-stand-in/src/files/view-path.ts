import { basename, join, resolve, sep } from 'node:path';
import type { Folders, FolderType } from './folders.ts';
import { isFolderType } from './folders.ts';

const suffix = /^(.*) \[(output|input|temp)\]$/s;

/** A name with an optional ` [output]` behind it, split. */
function splitAnnotation(name: string): { name: string; type: FolderType | null } {
  const found = suffix.exec(name);
  return found === null ? { name, type: null } : { name: found[1] ?? '', type: found[2] as FolderType };
}

export function isInside(base: string, path: string): boolean {
  return path === base || path.startsWith(base + sep);
}

/** The file behind a name that LoadImage takes; null for one that leaves its folder. */
export function annotatedPath(folders: Folders, annotated: string): string | null {
  if (annotated.includes('\0')) return null;
  const { name, type } = splitAnnotation(annotated);
  const base = folders[type ?? 'input'];
  const path = resolve(base, name);
  return isInside(base, path) && path !== base ? path : null;
}

export type ViewPath = { path: string } | { status: 400 | 403 | 404 };

/** The file that `/view` serves, or the status that it answers instead. */
export function viewPath(
  folders: Folders,
  query: { filename?: string | undefined; subfolder?: string | undefined; type?: string | undefined },
  isWindows: boolean,
): ViewPath {
  if (query.filename === undefined) return { status: 404 };
  const { name, type } = splitAnnotation(query.filename);
  if (name === '' || name.startsWith('/') || name.includes('..') || name.includes('\0'))
    return { status: 400 };
  const folder = type ?? query.type ?? 'output';
  if (!isFolderType(folder)) return { status: 400 };
  const base = folders[folder];
  const native = (part: string): string => (isWindows ? part.replaceAll('\\', '/') : part);
  const subfolder = native(query.subfolder ?? '');
  if (subfolder.includes('\0')) return { status: 400 };
  const dir = resolve(base, subfolder);
  return isInside(base, dir) ? { path: join(dir, basename(native(name))) } : { status: 403 };
}
