import type { CategoryName, EntityDetail } from '@gaze/contracts';
import type { GeneratorChoice } from './choice.ts';

/** What a picture or a preset became in the generator. */
export interface Opened {
  choice: GeneratorChoice;
  /** Sentences about what could not be matched. */
  notes: string[];
}

/** Where entries and files are looked up. Null: there is no such thing. */
export interface Library {
  entity: (category: CategoryName, slug: string) => Promise<EntityDetail | null>;
  /** The path of a checkpoint of the library, by its path, slug or file name. */
  checkpoint: (name: string) => Promise<string | null>;
  /** The entry that uses a LoRA file, by the file's path or name. */
  loraUser: (name: string) => Promise<{ category: CategoryName; slug: string; name: string } | null>;
}
