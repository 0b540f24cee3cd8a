import type { LlmResult, RefusedField, TagReport } from '@gaze/contracts';
import type { TagText } from '../result/check-tags.ts';

/** A task in the form in which every kind of it is worked on: what to say, how to read the answer, what to make of it. */
export interface Assignment {
  promptFile: string;
  user: string;
  /** Keys of which the answer has at least one. */
  wantedKeys: readonly string[];
  /** Takes the answer, or says what is wrong with it. */
  read: (answer: Record<string, unknown>) => Reading;
  /** Words that are no tags, yet right. */
  exemptTags: readonly string[];
}

export interface Reading {
  /** Sentences for the model; with any, the answer is not taken. */
  faults: string[];
  refused: RefusedField[];
  tagTexts: TagText[];
  /** The result, with the checked texts put in. */
  finish: (texts: readonly TagText[], report: Report) => LlmResult;
}

export interface Report {
  refused: RefusedField[];
  tag_report: TagReport;
  notes: string[];
}
