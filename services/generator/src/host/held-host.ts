import type { HostReport, Progress } from '@gaze/contracts';
import { subjects } from '@gaze/contracts';
import { sleep } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { HostCapabilities } from '@gaze/contracts';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { buildComfyClient } from '../comfy/client.ts';
import type { ComfyClient } from '../comfy/client.ts';
import { HostUnreachable } from '../comfy/errors.ts';
import { inventoryOf, readCapabilities, usefulClasses } from '../comfy/inventory.ts';
import type { InventoryFile } from '../comfy/inventory.ts';
import { openComfySocket } from '../comfy/socket.ts';
import { buildPromptsInFlight, buildSign, isFinal } from '../run/prompts-in-flight.ts';
import { trackProgress } from '../run/progress.ts';
import type { RunHost, WatchedJob } from '../run/run-host.ts';

export interface HostAssignment {
  host_id: string;
  name: string;
  url: string;
  epoch: number;
}

export interface HeldHost {
  assignment: HostAssignment;
  client: ComfyClient;
  run: RunHost;
  report: () => HostReport;
  inventory: () => { files: InventoryFile[]; fingerprint: string } | null;
  /** Prompt ids by job that this process follows here. */
  following: () => ReadonlyMap<string, string>;
  /** Asks the host to stop a job's prompt; the follower hears of it. */
  cancel: (jobId: string) => Promise<void>;
  withdraw: (jobId: string) => Promise<boolean>;
  close: () => void;
}

export interface HeldHostDeps {
  nc: NatsConnection;
  log: Log;
  now: () => number;
  /** Called when something that the catalog wants to know has changed: it should hear now and not at the next beat. */
  onChange: () => void;
}

const healthyEveryMs = 5000;
/** A host that is away is asked more often: people start ComfyUI and look at GAZE. */
const awayEveryMs = 2000;
const inventoryEveryMs = 60_000;
const pollConnectedMs = 2000;
const pollDeafMs = 700;

/** Holds one ComfyUI server: knows its health and files, hears its socket, and lends itself to jobs. */
export function holdHost(assignment: HostAssignment, deps: HeldHostDeps): HeldHost {
  const stop = new AbortController();
  const client = buildComfyClient(assignment.url, { signal: stop.signal });
  const inFlight = buildPromptsInFlight();
  const watched = new Map<string, { promptId: string; cancel: () => void }>();
  const socket = openComfySocket(
    assignment.url,
    {
      onMessage: (type, promptId, data) => inFlight.message(type, promptId, data),
      onPreview: (promptId, mime, bytes) => inFlight.preview(promptId, mime, bytes),
    },
    deps.log,
  );
  const state = {
    up: false,
    known: false,
    reason: 'It has not been asked yet.',
    version: null as string | null,
  };
  const loaded = { checkpoint: null as string | null, loras: [] as string[] };
  let capabilities: HostCapabilities | null = null;
  let inventory: ReturnType<typeof inventoryOf> | null = null;
  let inventoryReadMs = Number.NEGATIVE_INFINITY;

  async function readInventory(): Promise<HostCapabilities> {
    const read = readCapabilities(assignment.name, await client.objectInfo());
    const next = inventoryOf(read);
    const changed = next.fingerprint !== inventory?.fingerprint;
    capabilities = read;
    inventory = next;
    inventoryReadMs = deps.now();
    if (changed) deps.onChange();
    return read;
  }

  async function look(): Promise<void> {
    const before = `${state.known} ${state.up} ${state.reason}`;
    try {
      state.version = await client.version();
      if (capabilities === null || deps.now() - inventoryReadMs > inventoryEveryMs) await readInventory();
      Object.assign(state, { up: true, known: true, reason: 'It answers.' });
    } catch (error) {
      if (stop.signal.aborted) return;
      const reason = error instanceof HostUnreachable ? error.reason : 'its list of nodes cannot be read';
      Object.assign(state, {
        up: false,
        known: true,
        reason: `${assignment.name} at ${assignment.url}: ${reason}.`,
      });
      // What was loaded is unknown after an absence: the host may have been restarted.
      Object.assign(loaded, { checkpoint: null, loras: [] });
      capabilities = null;
    }
    if (before !== `${state.known} ${state.up} ${state.reason}`) deps.onChange();
  }

  void (async () => {
    while (!stop.signal.aborted) {
      await look();
      await sleep(state.up ? healthyEveryMs : awayEveryMs, stop.signal).catch(() => undefined);
    }
  })();

  const run: RunHost = {
    id: assignment.host_id,
    name: assignment.name,
    epoch: assignment.epoch,
    client,
    clientId: () => socket.clientId(),
    capabilities: async () => capabilities ?? (await readInventory()),
    forgetCapabilities: () => {
      capabilities = null;
      inventoryReadMs = Number.NEGATIVE_INFINITY;
    },
    loadMs: () => 60_000,
    pollMs: () => (socket.connected() ? pollConnectedMs : pollDeafMs),
    checkpointLoaded: (checkpoint, loras) => {
      Object.assign(loaded, { checkpoint, loras });
      deps.onChange();
    },
    watch: (job) => watch(job),
  };

  function watch(job: WatchedJob): ReturnType<RunHost['watch']> {
    const sign = buildSign();
    let lastStepMs = deps.now();
    let cancelled = false;
    let startedMs: number | null = null;
    const tracker = trackProgress({
      jobId: job.jobId,
      attempt: job.attempt,
      host: { id: assignment.host_id, name: assignment.name },
      graph: job.graph,
      steps: job.steps,
    });
    const unlisten = inFlight.listen(job.promptId, {
      onMessage: (type, data) => {
        if (type === 'execution_start') startedMs = deps.now();
        const progress = tracker.take(type, data, deps.now());
        if (progress !== null) {
          lastStepMs = deps.now();
          publishProgress(deps.nc, progress);
        }
        if (isFinal(type, data)) sign.give();
      },
      onPreview: (mime, bytes) => publishPreview(deps.nc, job.jobId, mime, bytes),
    });
    watched.set(job.jobId, {
      promptId: job.promptId,
      cancel: () => {
        cancelled = true;
        sign.give();
      },
    });
    return {
      followed: {
        promptId: job.promptId,
        nextSign: () => sign.next(),
        startedMs: () => startedMs,
        lastStepMs: () => lastStepMs,
        cancelRequested: () => cancelled,
      },
      stop: () => {
        unlisten();
        watched.delete(job.jobId);
      },
    };
  }

  return {
    assignment,
    client,
    run,
    report: () => ({
      host_id: assignment.host_id,
      epoch: assignment.epoch,
      state: !state.known ? 'unknown' : state.up ? 'up' : 'down',
      reason: state.reason,
      version: state.version,
      loaded_checkpoint: loaded.checkpoint,
      loaded_loras: loaded.loras,
      missing_nodes:
        capabilities === null ? [] : usefulClasses.filter((name) => !capabilities?.classes.includes(name)),
      inventory: inventory?.fingerprint ?? null,
    }),
    inventory: () => inventory,
    following: () => new Map([...watched].map(([jobId, { promptId }]) => [jobId, promptId])),
    async cancel(jobId) {
      const job = watched.get(jobId);
      if (job === undefined) return;
      await client.cancel(job.promptId);
      job.cancel();
    },
    async withdraw(jobId) {
      const job = watched.get(jobId);
      return job !== undefined && (await client.withdraw(job.promptId));
    },
    close: () => {
      stop.abort();
      socket.close();
    },
  };
}

function publishProgress(nc: NatsConnection, progress: Progress): void {
  nc.publish(subjects.progress(progress.job_id), JSON.stringify(progress));
}

function publishPreview(nc: NatsConnection, jobId: string, mime: string, bytes: Buffer): void {
  const header = natsHeaders();
  header.set('Mime-Type', mime);
  nc.publish(subjects.preview(jobId), bytes, { headers: header });
}
