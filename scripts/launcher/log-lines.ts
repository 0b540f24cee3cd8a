/** A line that a service printed, as far as it is one of our JSON log lines. */
export interface LogLine {
  level: number;
  text: string;
}

const warn = 40;
const fatal = 60;

/** Reads a line of a service's log; what is not JSON is an error's text where it came on stderr (a crash of Node itself). */
export function readLogLine(line: string, stream: 'stdout' | 'stderr' = 'stdout'): LogLine | null {
  if (line.trim() === '') return null;
  if (!line.startsWith('{')) return { level: stream === 'stderr' ? 50 : 30, text: line };
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } };
    const message = typeof entry.msg === 'string' ? entry.msg : '';
    const cause =
      typeof entry.err?.message === 'string' && entry.err.message !== message ? entry.err.message : '';
    const first = (text: string): string => text.split('\n')[0] ?? '';
    return {
      level: typeof entry.level === 'number' ? entry.level : 30,
      // A fatal error's sentence may list several lines (bad variables); a warning is one line.
      text: cause === '' ? message : `${first(message)} (${first(cause)})`,
    };
  } catch {
    return { level: stream === 'stderr' ? 50 : 30, text: line };
  }
}

/**
 * Whether a line is worth a person's attention: warnings and errors while everything runs. While parts come and go,
 * they complain of each other as a matter of course; then only what ends a part counts.
 */
export function matters(line: LogLine, phase: 'settled' | 'changing'): boolean {
  return line.level >= (phase === 'settled' ? warn : fatal);
}
