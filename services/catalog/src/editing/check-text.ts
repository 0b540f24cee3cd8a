import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { identify } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { contentFault } from '../library/content-fault.ts';
import { parseEntity } from '../library/parse-entity.ts';
import { maxBytes, tooLarge } from '../library/read-file.ts';
import { longest } from '../library/take-over.ts';
import type { FileFault } from '../library/faults.ts';
import type { Version } from './revision-store.ts';
import { bytesOfText } from './versions.ts';

export interface CheckedText extends Version {
  bytes: Buffer;
  data: EntityData;
  id: string;
  name: string;
  slug: string;
}

/**
 * A text as it would become a file: what a scan would refuse is refused here, with its place.
 * @throws GazeError invalid_input with `details`: kind, line, column, pointer
 */
export function checkText(
  declaration: CategoryDeclaration,
  text: string,
  options: { marked?: boolean; filename: string },
): CheckedText {
  const bytes = bytesOfText(text.replace(/^\uFEFF/, ''), options.marked === true);
  if (bytes.length > maxBytes) throw refused(tooLarge(bytes.length));
  const parsed = parseEntity(bytes, declaration);
  if (!parsed.ok) throw refused(parsed.fault);
  const fault = contentFault(declaration, parsed.data, parsed.text, options.filename);
  if (fault !== null) throw refused(fault);
  const identity = identify(declaration, parsed.data, options.filename);
  checkIdentity(declaration, identity);
  return { hash: parsed.hash, text: parsed.text, bytes, data: parsed.data, ...identity };
}

/** @throws GazeError invalid_input for an id or a name that no address can be made of */
export function checkIdentity(
  declaration: CategoryDeclaration,
  identity: { id: string; name: string; slug: string },
): void {
  if (identity.slug === '') {
    throw new GazeError(
      'invalid_input',
      `«${identity.id}» holds no letter or digit that an address could be made of.`,
      {
        field: declaration.idField,
      },
    );
  }
  for (const key of ['slug', 'id', 'name'] as const) {
    if (identity[key].length <= longest[key]) continue;
    throw new GazeError('invalid_input', `The ${key} has more than ${longest[key]} characters.`, {
      field: key === 'name' ? declaration.nameField : declaration.idField,
    });
  }
}

function refused(fault: FileFault): GazeError {
  const place = fault.line === null ? '' : ` (line ${fault.line}, column ${fault.column ?? 1})`;
  return new GazeError('invalid_input', `${fault.message.replace(/\.$/, '')}${place}.`, {
    field: fault.pointer ?? undefined,
    hint: 'Correct the named place and save again. Nothing was written.',
    details: fault,
  });
}
