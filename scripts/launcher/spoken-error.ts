/** A failure that is told to a person as it stands: full sentences that say what to do, never a stack trace. */
export class SpokenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SpokenError';
  }
}
