import { join } from 'node:path';
import { runChecks } from './check-run/run-checks.ts';
import { root, stateFolder } from './launcher/paths.ts';
import { buildSay } from './launcher/say.ts';

if (!(await runChecks(root, buildSay(), { eslintCache: join(stateFolder(process.env), 'cache', 'eslint') })))
  process.exitCode = 1;
