import { z } from 'zod';
import { CheckpointTimings } from './bus.ts';
import { HostView } from './job.ts';
import { rpc } from './rpc.ts';

const HostName = z.string().trim().min(1, 'must not be empty').max(100);
/** `http://name:port`, or without the scheme. */
const HostUrl = z.string().trim().min(1).max(500);

export const HostBody = z
  .strictObject({ url: HostUrl, name: HostName.optional() })
  .meta({ id: 'HostToAdd', description: 'A ComfyUI server. Without a name it is called by its address.' });
export type HostBody = z.infer<typeof HostBody>;
export const HostPatchBody = z
  .strictObject({ name: HostName.optional(), enabled: z.boolean().optional() })
  .meta({ id: 'HostChange' });
export type HostPatchBody = z.infer<typeof HostPatchBody>;
export const HostTestBody = z.strictObject({ url: HostUrl }).meta({ id: 'HostToTest' });

/** A class of nodes that a host lacks, and what its pictures lack therefore. */
export const MissingClass = z.object({ class_name: z.string(), costs: z.string() });
export type MissingClass = z.infer<typeof MissingClass>;

const FileCounts = z.object({
  checkpoints: z.number().int(),
  loras: z.number().int(),
  vaes: z.number().int(),
});

/** All that is known of a host: what only its own section shows. */
export const HostDetail = HostView.extend({
  missing: z.array(MissingClass),
  files: FileCounts,
  /** When its files were read last. */
  read_at: z.string().nullable(),
  /** What was measured of its checkpoints, the loaded one first. */
  timings: z.array(CheckpointTimings),
}).meta({ id: 'HostDetail' });
export type HostDetail = z.infer<typeof HostDetail>;

export const hostCheckOutcomes = [
  'works',
  /** An address that GAZE never calls. */
  'forbidden',
  /** Nothing listens there, or its name is not known. */
  'unreachable',
  /** It took the question and answered nothing. */
  'silent',
  /** It asks for a login, or turned GAZE away. */
  'refused',
  /** Something answers that is no ComfyUI. */
  'not_comfyui',
] as const;

/** What a look at an address found. Nothing of what the address answered is passed on but names and numbers. */
export const HostCheck = z
  .object({
    outcome: z.enum(hostCheckOutcomes),
    /** A sentence: what was found, and what to do. */
    says: z.string(),
    url: z.string(),
    version: z.string().nullable(),
    device: z.object({ name: z.string(), vram_bytes: z.number().nullable() }).nullable(),
    files: FileCounts.nullable(),
    missing: z.array(MissingClass),
    took_ms: z.number().int(),
  })
  .meta({ id: 'HostCheck' });
export type HostCheck = z.infer<typeof HostCheck>;

/** What people ask of hosts; the catalog answers. */
export const hostsRpc = {
  get: rpc('hosts.get', z.object({ host_id: z.string() }), HostDetail),
  add: rpc('hosts.add', z.object({ url: z.string(), name: z.string().optional() }), HostView),
  change: rpc(
    'hosts.change',
    z.object({ host_id: z.string(), name: z.string().optional(), enabled: z.boolean().optional() }),
    HostView,
  ),
  remove: rpc('hosts.remove', z.object({ host_id: z.string() }), z.object({})),
} as const;

/** What any generator answers: it alone talks to ComfyUI. */
export const generatorRpc = {
  checkHost: rpc('generator.check_host', z.object({ url: z.string() }), HostCheck, 25),
} as const;
