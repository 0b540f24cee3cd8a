import { GazeError } from '@gaze/runtime';
import { SpokenError } from '../launcher/spoken-error.ts';

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Runs a tool and ends with its code; what went wrong is one sentence, and a fault of the program its whole error.
 * Whoever asks for help gets the usage, and nothing is done.
 */
export async function runTool(usage: string, work: () => Promise<number>): Promise<never> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    print(usage);
    process.exit(0);
  }
  try {
    process.exit(await work());
  } catch (error) {
    if (!(error instanceof SpokenError) && !(error instanceof GazeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];

export function size(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toFixed(1)} ${units[step] ?? ''}`;
}
