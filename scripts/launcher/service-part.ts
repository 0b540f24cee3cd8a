import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { rotate } from './log-files.ts';
import { readLogLine } from './log-lines.ts';
import type { LogLine } from './log-lines.ts';
import type { Part } from './supervise.ts';

export interface ServiceOptions {
  name: string;
  /** Path of its `main.ts`. */
  script: string;
  args?: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  logs: string;
  /** Starts it again at every change of its source. */
  watch: boolean;
  onLine: (line: LogLine) => void;
}

/** A process of this project: its log goes to a file of its own, its warnings and errors to the terminal too. */
export function buildServicePart(options: ServiceOptions): Part {
  let lastError = '';
  const logFile = join(options.logs, `${options.name}.log`);
  rotate(logFile);
  return {
    name: options.name,
    async launch() {
      lastError = '';
      const child = await startChild({
        command: process.execPath,
        args: [
          ...(options.watch ? ['--watch', '--watch-preserve-output'] : []),
          options.script,
          ...(options.args ?? []),
        ],
        env: options.env,
        cwd: options.cwd,
        ipc: true,
      });
      pipeLog(child, logFile, (line) => {
        if (line.level >= 50) lastError = line.text;
        options.onLine(line);
      });
      return child;
    },
    stopSignal: 'SIGTERM',
    stopWithinMs: 8000,
    lastWord: () => lastError,
  };
}

function pipeLog(child: Child, logFile: string, onLine: (line: LogLine) => void): void {
  const file = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  // A full disk must not end the launcher; the services say what they cannot store.
  file.on('error', () => undefined);
  let open = 0;
  for (const [name, stream] of [
    ['stdout', child.process.stdout],
    ['stderr', child.process.stderr],
  ] as const) {
    if (stream === null) continue;
    open += 1;
    createInterface({ input: stream })
      .on('line', (text) => {
        file.write(`${text}\n`);
        const line = readLogLine(text, name);
        if (line !== null) onLine(line);
      })
      .on('close', () => {
        open -= 1;
        if (open === 0) file.end();
      });
  }
}
