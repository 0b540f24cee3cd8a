import { parseArgs } from 'node:util';
import { checkHost } from './comfyui-check/check-host.ts';

/*
 * npm run test:comfyui -- --url http://192.168.1.20:8188 [--url …] [--checkpoint name] [--patience 300]
 *
 * Tries a real ComfyUI as GAZE will use it: version, classes, files, refusal, one small render, socket, cancel,
 * withdrawal, and taking over a prompt after a lost connection. Ends with 1 where something would not work.
 */
const usage = 'npm run test:comfyui -- --url http://host:8188 [--checkpoint name] [--patience seconds]\n';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', multiple: true },
      checkpoint: { type: 'string' },
      patience: { type: 'string', default: '300' },
    },
  });
  const patience = Number(values.patience);
  if (values.url === undefined || !(patience > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  let failures = 0;
  for (const url of values.url) {
    failures += await checkHost({
      url: url.replace(/\/+$/, ''),
      checkpoint: values.checkpoint,
      patienceMs: patience * 1000,
      say: (line) => process.stdout.write(`${line}\n`),
    });
  }
  return failures > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
}
