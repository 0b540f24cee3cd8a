import type { LaunchContext } from './context.ts';
import { matters } from './log-lines.ts';
import type { LogLine } from './log-lines.ts';

/** What services print, as far as a person should see it now. */
export interface Teller {
  settled: () => void;
  of: (name: string) => (line: LogLine) => void;
}

export function buildTeller({ say, settings, stop }: LaunchContext): Teller {
  let phase: 'settled' | 'changing' = 'changing';
  stop.addEventListener('abort', () => (phase = 'changing'));
  return {
    settled: () => (phase = 'settled'),
    of: (name) => (line) => {
      if (matters(line, phase)) say.warn(name, line.text);
      else if (settings.verbose) say.step(name, line.text);
    },
  };
}
