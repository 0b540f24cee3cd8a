/** A place in the numbered stream of events; numbers of different incarnations cannot be compared. */
export interface Place {
  incarnation: string;
  sequence: number;
}

export function readToken(token: string): Place | null {
  const match = /^([a-z0-9-]+):(\d{1,15})$/.exec(token);
  if (match === null) return null;
  const [, incarnation = '', sequence = ''] = match;
  return { incarnation, sequence: Number(sequence) };
}

export const tokenOf = ({ incarnation, sequence }: Place): string => `${incarnation}:${sequence}`;

/** Whether `place` lies before `other` in the same stream. */
export const isBefore = (place: Place, other: Place): boolean =>
  place.incarnation === other.incarnation && place.sequence < other.sequence;
