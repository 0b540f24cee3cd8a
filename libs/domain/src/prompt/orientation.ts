import { DomainError, quote } from '../errors.ts';
import type { DataPlace } from '../fields/place.ts';

/**
 * Reads a code such as `1F`, `2F1M` or `1f 1m` into Danbooru tags: girls before boys, then `hetero`, `yuri` or
 * `yaoi`. Groups add up (`1F1F` is two girls).
 * @throws DomainError data_error naming the code, where it is no such code or counts nobody
 */
export function parseOrientation(code: string, place?: DataPlace): string[] {
  const count = { F: 0, M: 0 };
  const compact = code.replace(/\s+/g, '').toUpperCase();
  const group = /(\d+)([FM])/y;
  while (group.lastIndex < compact.length) {
    const match = group.exec(compact);
    const heads = Number(match?.[1] ?? 0);
    if (match === null || heads === 0) throw unreadable(code, place);
    count[match[2] === 'F' ? 'F' : 'M'] += heads;
  }
  if (count.F + count.M === 0) throw unreadable(code, place);
  const tags = [...people(count.F, 'girl'), ...people(count.M, 'boy')];
  if (count.F > 0 && count.M > 0) tags.push('hetero');
  else if (count.F > 1) tags.push('yuri');
  else if (count.M > 1) tags.push('yaoi');
  return tags;
}

function people(count: number, word: string): string[] {
  if (count === 0) return [];
  if (count >= 6) return [`6+${word}s`];
  return [count === 1 ? `1${word}` : `${count}${word}s`];
}

function unreadable(code: string, place?: DataPlace): DomainError {
  const where = place === undefined ? '' : ` of ${place.name} (${place.file})`;
  return new DomainError(
    'data_error',
    `The orientation ${quote(code)}${where} is not a code such as 1F, 2F or 1F1M. Correct it, or leave it blank.`,
    { field: 'participants::orientation', ...(place === undefined ? {} : { file: place.file }) },
  );
}
