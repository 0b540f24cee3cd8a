import { z } from 'zod';
import { HostState } from './job.ts';
import { Recipe } from './recipe.ts';
import { rpc } from './rpc.ts';

/** What is known of a file that a recipe needs. */
export const FileFacts = z
  .object({
    kind: z.enum(['checkpoint', 'lora', 'vae']),
    /** Path below ComfyUI's folder of that kind, with `/`. */
    name: z.string(),
    /** As its header names it; null: nobody has read the file, or it does not say. */
    base_model: z.string().nullable(),
    /** Trigger words of its header. */
    triggers: z.array(z.string()),
  })
  .meta({ id: 'FileFacts' });
export type FileFacts = z.infer<typeof FileFacts>;

/** What one host has of a recipe's files, and what the first picture costs there. */
export const HostFacts = z
  .object({
    id: z.string(),
    name: z.string(),
    state: HostState,
    /** Why it is in that state, as a sentence. */
    reason: z.string(),
    /** Whether it has said what it has. */
    is_known: z.boolean(),
    /** Names of files that it lacks. */
    missing: z.array(z.string()),
    /** Whether the checkpoint lies in its memory now. */
    is_loaded: z.boolean(),
    /** To load the checkpoint, measured there where it was loaded before; 0 where it is loaded. */
    load_seconds: z.number(),
    /** Of a picture, as learned. */
    image_seconds: z.number(),
  })
  .meta({ id: 'HostFacts' });
export type HostFacts = z.infer<typeof HostFacts>;

export const findingCodes = [
  'base_model',
  'base_model_variant',
  'base_model_unknown',
  'strength',
  'trigger_shared',
  'trigger_cancelled',
  'trigger_unsaid',
  'left_out',
  'no_hosts',
  'no_host_has_all',
  'host_away',
  'hosts_not_asked',
  'hosts_lack',
  'hosts_have_all',
  'loaded',
  'loads',
] as const;

export const VerdictLevel = z.enum(['good', 'warn', 'bad']);
export type VerdictLevel = z.infer<typeof VerdictLevel>;

export const Finding = z
  .object({
    code: z.enum(findingCodes),
    level: VerdictLevel,
    /** A sentence: what it is, and what to do about it. */
    text: z.string(),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof Finding>;

export const Verdict = z
  .object({
    /** Of the worst finding. */
    level: VerdictLevel,
    /** One line for a person. */
    headline: z.string(),
    /** Worst first. */
    findings: z.array(Finding),
  })
  .meta({ id: 'Verdict' });
export type Verdict = z.infer<typeof Verdict>;

export const CompatibilityReply = z
  .object({
    verdict: Verdict,
    files: z.array(FileFacts),
    hosts: z.array(HostFacts),
    /** What was drawn or left out on the way: random parts are drawn anew for each question. */
    notes: z.array(z.string()),
  })
  .meta({ id: 'Compatibility' });
export type CompatibilityReply = z.infer<typeof CompatibilityReply>;

export const CompatibilityBody = z.strictObject({ recipe: Recipe }).meta({ id: 'CompatibilityQuestion' });

export const compatibilityRpc = {
  of: rpc('compatibility.of', z.object({ recipe: Recipe }), CompatibilityReply),
} as const;
