import { runChecks } from './check-run/run-checks.ts';
import { root } from './launcher/paths.ts';
import { buildSay } from './launcher/say.ts';

if (!(await runChecks(root, buildSay()))) process.exitCode = 1;
