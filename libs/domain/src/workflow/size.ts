import { DomainError } from '../errors.ts';

export const sideLimits = { least: 64, most: 8192, multipleOf: 8 } as const;

/** @throws DomainError invalid_input naming the side, where one is no multiple of 8 between 64 and 8192 pixels */
export function checkSize(size: { width: number; height: number }): void {
  const { least, most, multipleOf } = sideLimits;
  for (const side of ['width', 'height'] as const) {
    const value = size[side];
    if (Number.isInteger(value) && value >= least && value <= most && value % multipleOf === 0) continue;
    throw new DomainError(
      'invalid_input',
      `The ${side} is ${value} pixels; it must be a multiple of ${multipleOf} from ${least} to ${most}.`,
      { field: side },
    );
  }
}
