import { packageOf } from './imports.ts';
import type { Target } from './imports.ts';

interface Rule {
  /** Folders of our packages that may be imported; `*` takes any. */
  ours: readonly string[];
  /** Names of npm packages; `*` takes any. */
  npm: readonly string[];
  node: boolean;
  /** The rule in words, as a failure shows it. */
  says: string;
}

const any = ['*'] as const;
const serviceLibs = ['libs/contracts', 'libs/domain', 'libs/media', 'libs/runtime'];

const contracts: Rule = {
  ours: [],
  npm: ['zod'],
  node: false,
  says: 'contracts import zod and nothing else',
};
const domain: Rule = {
  ours: ['libs/contracts'],
  npm: [],
  node: false,
  says: 'the domain is pure: it imports contracts and nothing else',
};
const base: Rule = {
  ours: ['libs/contracts'],
  npm: any,
  node: true,
  says: 'media and runtime import contracts, npm and node:',
};
const client: Rule = {
  ours: ['libs/contracts'],
  npm: [],
  node: false,
  says: 'the client is browser-safe: it imports contracts and nothing else',
};
const gateway: Rule = {
  ours: serviceLibs.filter((folder) => folder !== 'libs/domain'),
  npm: any,
  node: true,
  says: 'the gateway decides nothing: it never imports the domain, another service or a tool',
};
const service: Rule = {
  ours: serviceLibs,
  npm: any,
  node: true,
  says: 'services and tools import contracts, domain, media, runtime, npm and node:, never another service or tool',
};
const web: Rule = {
  ours: ['libs/client', 'libs/contracts', 'libs/domain'],
  npm: any,
  node: false,
  says: 'the web app runs in a browser: it imports client, contracts, domain and browser packages',
};
const testing: Rule = {
  ours: [...serviceLibs, 'libs/client', 'tools/comfyui-stand-in', 'tools/llm-stand-in', 'scripts'],
  npm: any,
  node: true,
  says: 'testing imports anything but services',
};

const rules: Readonly<Record<string, Rule>> = {
  'libs/contracts': contracts,
  'libs/domain': domain,
  'libs/media': base,
  'libs/runtime': base,
  'libs/client': client,
  'libs/testing': testing,
  'services/gateway': gateway,
  'apps/web': web,
};

/** Tests may import anything; so may what builds and starts the house. */
const isTest = (file: string): boolean =>
  /^tests\//.test(file) || /^[^/]+\/[^/]+\/test\//.test(file) || /^scripts\/test/.test(file);

function ruleOf(file: string): Rule | null {
  const folder = packageOf(file);
  if (isTest(file) || folder === 'scripts') return null;
  // What builds the app runs in Node and not in the browser.
  if (folder === 'apps/web' && !file.startsWith('apps/web/src/')) return null;
  return rules[folder] ?? (/^(services|tools)\//.test(folder) ? service : null);
}

/** A sentence for an import that breaks the table, null for one that keeps it. */
export function judge(file: string, target: Target): string | null {
  if (target.kind === 'own') return null;
  if (target.kind === 'ours' && target.folder === 'libs/testing' && !isTest(file))
    return 'testing is imported by tests only';
  const rule = ruleOf(file);
  if (rule === null) return null;
  const allowed = {
    node: () => rule.node,
    ours: (it: Target & { kind: 'ours' }) => rule.ours.includes(it.folder),
    npm: (it: Target & { kind: 'npm' }) => rule.npm.includes('*') || rule.npm.includes(it.name),
  };
  const kept =
    target.kind === 'node'
      ? allowed.node()
      : target.kind === 'ours'
        ? allowed.ours(target)
        : allowed.npm(target);
  return kept ? null : rule.says;
}

/** Files that may read the environment: everything else takes what it needs as arguments. */
export function mayReadEnvironment(file: string): boolean {
  const name = file.split('/').at(-1) ?? '';
  return (
    isTest(file) ||
    packageOf(file) === 'libs/testing' ||
    packageOf(file) === 'scripts' ||
    name === 'main.ts' ||
    name === 'env.ts' ||
    /\.config\.[jt]s$/.test(name)
  );
}
