import { z } from 'zod';

/** Where a result of the language model stands: on its way into the library, before a person, in it, or dropped. */
export const DraftState = z.enum(['applying', 'waiting', 'applied', 'discarded']);
export type DraftState = z.infer<typeof DraftState>;
