import { z } from 'zod';

/** What a key may do. `admin` includes the others, `write` includes `read`. */
export const Scope = z.enum(['read', 'generate', 'write', 'admin']).meta({ id: 'Scope' });
export type Scope = z.infer<typeof Scope>;

const implied: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read'],
  generate: ['generate', 'read'],
  write: ['write', 'read'],
  admin: ['admin', 'write', 'generate', 'read'],
};

/** Whether any of `held` covers `needed`. */
export function allows(held: readonly Scope[], needed: Scope): boolean {
  return held.some((scope) => implied[scope].includes(needed));
}
