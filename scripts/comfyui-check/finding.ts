/** Something that would not work, as a sentence for the person who runs the host. */
export class Finding extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Finding';
  }
}
