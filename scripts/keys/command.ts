import { Scope } from '@gaze/contracts';
import { SpokenError } from '../launcher/spoken-error.ts';

export type KeysCommand =
  | { type: 'list' }
  | { type: 'create' | 'regenerate'; name: string; scopes: Scope[] }
  | { type: 'revoke'; name: string };

const usage = [
  'npm run keys                                            lists every key',
  'npm run keys -- create <name> --scopes read,generate    makes a key and shows its secret once',
  'npm run keys -- regenerate <name> [--scopes …]          gives a key a new secret; the old one counts no more',
  'npm run keys -- revoke <name or id>                     ends a key',
  `Scopes: ${Scope.options.join(', ')}. Without --scopes a key may generate and read.`,
].join('\n');

/** @throws SpokenError with how it is used */
export function readKeysCommand(args: readonly string[]): KeysCommand {
  const [verb = 'list', ...rest] = args;
  const at = rest.findIndex((arg) => arg === '--scopes' || arg.startsWith('--scopes='));
  const given =
    at === -1
      ? undefined
      : rest[at]?.includes('=') === true
        ? rest[at].slice('--scopes='.length)
        : rest[at + 1];
  const words =
    at === -1
      ? rest
      : rest.filter((_, index) => index !== at && !(index === at + 1 && rest[at] === '--scopes'));
  const [name, ...more] = words;
  if (verb === 'list' && name === undefined) return { type: 'list' };
  if (name === undefined || more.length > 0 || name.startsWith('--')) throw new SpokenError(usage);
  if (verb === 'revoke') return { type: 'revoke', name };
  if (verb === 'create' || verb === 'regenerate')
    return { type: verb, name, scopes: readScopes(given, at !== -1) };
  throw new SpokenError(usage);
}

function readScopes(given: string | undefined, named: boolean): Scope[] {
  if (!named) return ['generate', 'read'];
  const scopes = (given ?? '').split(',').map((scope) => scope.trim());
  const wrong = scopes.find((scope) => !Scope.options.some((option) => option === scope));
  if (wrong !== undefined) throw new SpokenError(`There is no scope «${wrong}».\n${usage}`);
  return scopes as Scope[];
}
