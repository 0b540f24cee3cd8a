import { describe, expect, it } from 'vitest';
import { fileProblem, mayBePicture } from './picture-types.ts';

const dragged = (types: string[], items: { kind: string; type: string }[] = []) =>
  ({ types, items }) as unknown as DataTransfer;
const file = (type: string) => ({ kind: 'file', type });

describe('what is dragged over the page', () => {
  it('is a picture where it says so, or where the browser does not tell', () => {
    expect(mayBePicture(dragged(['Files'], [file('image/png')]))).toBe(true);
    expect(mayBePicture(dragged(['Files']))).toBe(true);
    expect(mayBePicture(dragged(['Files'], [file('')]))).toBe(true);
  });

  it('is none where it is text, a file of another kind, or nothing', () => {
    expect(mayBePicture(dragged(['text/plain'], [{ kind: 'string', type: 'text/plain' }]))).toBe(false);
    expect(mayBePicture(dragged(['Files'], [file('application/json')]))).toBe(false);
    expect(mayBePicture(null)).toBe(false);
  });

  it('is refused in a sentence where it cannot be read', () => {
    expect(fileProblem({ type: 'image/png', size: 10 })).toBeNull();
    expect(fileProblem({ type: 'image/gif', size: 10 })).toMatch(/PNG, JPEG and WebP/);
    expect(fileProblem({ type: 'image/png', size: 40 * 1024 * 1024 })).toMatch(/32 MB/);
  });
});
