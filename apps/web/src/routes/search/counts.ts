import type { CappedCount } from '@gaze/contracts';

/** «12», «1,000 and more». */
export function cappedCount({ count, is_capped: isCapped }: CappedCount): string {
  const figure = count.toLocaleString('en');
  return isCapped ? `${figure} and more` : figure;
}
