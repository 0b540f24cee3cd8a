import type { ImportReport } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import type { WriteDeps } from '../editing/deps.ts';
import type { Taking } from './decide.ts';

export interface ImportDeps {
  writing: WriteDeps;
  store: ObjectStore;
  /** Brings the gallery in line with the store. */
  rescanPictures: () => Promise<unknown>;
  /** Whether the environment fixes the language model. */
  llmIsFixed: boolean;
}

/** One import under way. */
export interface ImportState extends ImportDeps {
  /** The original's folder, real and whole. */
  folder: string;
  dryRun: boolean;
  report: ImportReport;
  signal: AbortSignal;
  /** Called after each thing that was looked at. */
  progress: () => void;
}

const mostProblems = 200;

export function newReport(): ImportReport {
  const none = () => ({ added: 0, updated: 0, same: 0, kept: 0 });
  return {
    ...{ entries: none(), pictures: none(), sidecars: none(), marks: none() },
    ...{ settings: [], notes: [], problems: [], problem_count: 0 },
  };
}

export function count(
  state: ImportState,
  what: 'entries' | 'pictures' | 'sidecars' | 'marks',
  taking: Taking,
): void {
  state.report[what][taking]++;
  state.progress();
}

export function problem(state: ImportState, file: string, message: string): void {
  state.report.problem_count++;
  if (state.report.problems.length < mostProblems) state.report.problems.push({ file, message });
}
