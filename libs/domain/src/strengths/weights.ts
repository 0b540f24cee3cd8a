import { DomainError } from '../errors.ts';

/** Weights are shown and stored with two digits. */
const digits = 100;
const most = 41;

export interface SweepSpan {
  from: number;
  to: number;
  /** Distance of two neighbours. */
  step: number;
}

/**
 * The weights of a sweep, from the lowest to the highest, each rounded to 0.01. Both ends are among them, so that the
 * last step may be shorter than the others.
 * @throws DomainError invalid_input for a step that leads nowhere, or for more than 41 pictures
 */
export function sweepWeights(span: SweepSpan): number[] {
  const low = Math.round(Math.min(span.from, span.to) * digits);
  const high = Math.round(Math.max(span.from, span.to) * digits);
  const step = Math.round(span.step * digits);
  if (!Number.isFinite(step) || step < 1)
    throw new DomainError('invalid_input', 'The step of a sweep is 0.01 or more.', { field: 'step' });
  if (low === high)
    throw new DomainError(
      'invalid_input',
      'A sweep leads from one weight to another; give two that differ.',
      {
        field: 'to',
      },
    );
  const count = Math.ceil((high - low) / step) + 1;
  if (count > most)
    throw new DomainError(
      'invalid_input',
      `That would be ${count} pictures; a sweep has ${most} at most. Choose a larger step or a shorter span.`,
      { field: 'step' },
    );
  // `+ 0` makes a plain zero of -0, which JSON does not know.
  return Array.from({ length: count }, (_, at) => Math.min(low + at * step, high) / digits + 0);
}
