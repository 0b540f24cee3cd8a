import process from 'node:process';

/** What a person reads on the terminal: one line per step, aligned; colour only where it is a terminal. */
export interface Say {
  /** A part and what is to be said of it. */
  step: (part: string, text: string) => void;
  warn: (part: string, text: string) => void;
  error: (text: string) => void;
  plain: (text: string) => void;
}

const partWidth = 12;

export function buildSay(
  out: NodeJS.WriteStream = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): Say {
  const colour = out.isTTY && (env.NO_COLOR ?? '') === '';
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (part: string, text: string): string => `  ${part.padEnd(partWidth)} ${text}`;
  // A terminal that went away (a closed window, a full pipe's reader) is no reason to fall.
  const write = (text: string): void => void out.write(`${text}\n`, () => undefined);
  return {
    step: (part, text) => write(line(paint(36, part.padEnd(partWidth)), text)),
    warn: (part, text) => write(line(paint(33, part.padEnd(partWidth)), paint(33, text))),
    error: (text) => write(paint(31, text)),
    plain: write,
  };
}
