import type { HostReport, Progress } from '@gaze/contracts';
import { subjects } from '@gaze/contracts';
import { buildKeyedMutex } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { buildComfyClient } from '../comfy/client.ts';
import type { ComfyClient } from '../comfy/client.ts';
import { usefulClasses } from '../comfy/inventory.ts';
import { openComfySocket } from '../comfy/socket.ts';
import type { HostLimits } from '../limits.ts';
import { buildPromptsInFlight } from '../run/prompts-in-flight.ts';
import type { RunHost } from '../run/run-host.ts';
import type { Inventory } from './health.ts';
import { watchHealth } from './health.ts';
import { buildTimings } from './timings.ts';
import { watchPrompt } from './watch-prompt.ts';
import type { Watching } from './watch-prompt.ts';

export interface HostAssignment {
  host_id: string;
  name: string;
  url: string;
  epoch: number;
  timings?: HostReport['timings'];
}

export interface HeldHost {
  assignment: HostAssignment;
  client: ComfyClient;
  run: Omit<RunHost, 'placed'>;
  report: () => HostReport;
  inventory: () => Inventory | null;
  /** Prompt ids by job that this process follows here. */
  following: () => ReadonlyMap<string, string>;
  /** Asks the host to stop a job's prompt; the follower hears of it. */
  cancel: (jobId: string) => Promise<void>;
  /** Takes a prompt back that the host has not begun; false where it has, or where there is none. */
  withdraw: (jobId: string) => Promise<boolean>;
  close: () => void;
}

export interface HeldHostDeps {
  nc: NatsConnection;
  log: Log;
  limits: HostLimits;
  now: () => number;
  /** Called when something that the catalog wants to know has changed: it should hear now and not at the next beat. */
  onChange: () => void;
  /** A prompt hangs: whatever waits behind it on this host has to go elsewhere. */
  onHung: () => void;
}

const pollConnectedMs = 2000;
const pollDeafMs = 700;
/** Before anything was learned: large checkpoints come from slow disks. */
const usualLoadMs = 60_000;
const usualImageMs = 120_000;

/** Holds one ComfyUI server: knows its health and files, hears its socket, and lends itself to jobs. */
export function holdHost(assignment: HostAssignment, deps: HeldHostDeps): HeldHost {
  const { limits, now, nc } = deps;
  const host = { id: assignment.host_id, name: assignment.name };
  const stop = new AbortController();
  const client = buildComfyClient(assignment.url, { signal: stop.signal, silentMs: limits.silentMs });
  const inFlight = buildPromptsInFlight();
  const watched = new Map<string, Watching>();
  const timings = buildTimings(assignment.timings);
  const turns = buildKeyedMutex();
  const loaded = { checkpoint: null as string | null, loras: [] as string[] };
  const health = watchHealth({
    name: assignment.name,
    client,
    signal: stop.signal,
    now,
    onChange: deps.onChange,
    // What was loaded is unknown after an absence: the host may have been restarted.
    onAway: () => Object.assign(loaded, { checkpoint: null, loras: [] }),
  });
  const socket = openComfySocket(
    assignment.url,
    {
      onMessage: inFlight.message,
      onPreview: inFlight.preview,
      onLost(clientId) {
        health.lookNow();
        for (const watching of watched.values()) if (watching.prompt.clientId === clientId) watching.lost();
      },
      wanted: () => [...watched.values()].flatMap(({ prompt }) => prompt.clientId ?? []),
    },
    deps.log,
  );

  function watch(prompt: Watching['prompt']): Watching {
    const watching = watchPrompt(prompt, {
      host,
      inFlight,
      now,
      showProgress: (progress) => publishProgress(nc, progress),
      showPreview: (jobId, mime, bytes) => publishPreview(nc, jobId, mime, bytes),
      sampling: nowLoaded,
    });
    watched.set(prompt.jobId, watching);
    return {
      ...watching,
      stop() {
        watching.stop();
        timings.learn(prompt.checkpoint, { stepMs: watching.stopwatch.stepMs() });
        if (watched.get(prompt.jobId) === watching) watched.delete(prompt.jobId);
        socket.tidy();
      },
    };
  }

  function nowLoaded({ prompt, stopwatch }: Watching): void {
    // Of a host's first picture nobody knows whether its checkpoint was there already.
    const wasLoaded = loaded.checkpoint === null || loaded.checkpoint === prompt.checkpoint;
    if (!wasLoaded) timings.learn(prompt.checkpoint, { loadMs: stopwatch.untilSamplingMs() });
    const before = [loaded.checkpoint, ...loaded.loras].join('\n');
    Object.assign(loaded, { checkpoint: prompt.checkpoint, loras: prompt.loras });
    if (before !== [loaded.checkpoint, ...loaded.loras].join('\n')) deps.onChange();
  }

  function patience(checkpoint: string): { hangMs: number; deafMs: number } {
    const { loadMs, stepMs } = timings.of(checkpoint);
    const hangMs = Math.max(limits.hangMs, 3 * (loadMs ?? Math.min(usualLoadMs, limits.hangMs / 3)));
    return { hangMs, deafMs: hangMs + 3 * Math.max(usualImageMs, 50 * (stepMs ?? 0)) };
  }

  return {
    assignment,
    client,
    run: {
      ...host,
      epoch: assignment.epoch,
      client,
      clientId: () => socket.clientId(),
      capabilities: health.capabilities,
      forgetCapabilities: health.forgetCapabilities,
      patience,
      silentMs: limits.silentMs,
      pollMs: () => (socket.connected() ? pollConnectedMs : pollDeafMs),
      inTurn: (work) => turns.run('begin', work),
      watch,
      async hung(promptId) {
        health.stuckIn(promptId);
        await client.cancel(promptId).catch(() => undefined);
        health.lookNow();
        deps.onHung();
      },
    },
    report: () => ({
      host_id: assignment.host_id,
      epoch: assignment.epoch,
      state: health.state().state,
      reason: health.state().reason,
      version: health.state().version,
      loaded_checkpoint: loaded.checkpoint,
      loaded_loras: loaded.loras,
      missing_nodes: missingNodes(health.known()?.classes),
      inventory: health.inventory()?.fingerprint ?? null,
      timings: timings.all(),
    }),
    inventory: health.inventory,
    following: () => new Map([...watched].map(([jobId, { prompt }]) => [jobId, prompt.promptId])),
    async cancel(jobId) {
      const watching = watched.get(jobId);
      if (watching === undefined) return;
      await client.cancel(watching.prompt.promptId);
      watching.cancel();
    },
    async withdraw(jobId) {
      const watching = watched.get(jobId);
      return watching !== undefined && (await client.withdraw(watching.prompt.promptId));
    },
    close: () => {
      stop.abort();
      socket.close();
    },
  };
}

function missingNodes(classes: readonly string[] | undefined): string[] {
  return classes === undefined ? [] : usefulClasses.filter((name) => !classes.includes(name));
}

/** A host goes on telling while the generator stops: what only shows on a screen is not worth an exception then. */
function isLeaving(nc: NatsConnection): boolean {
  return nc.isClosed() || nc.isDraining();
}

function publishProgress(nc: NatsConnection, progress: Progress): void {
  if (isLeaving(nc)) return;
  nc.publish(subjects.progress(progress.job_id), JSON.stringify(progress));
}

function publishPreview(nc: NatsConnection, jobId: string, mime: string, bytes: Buffer): void {
  if (isLeaving(nc)) return;
  const header = natsHeaders();
  header.set('Mime-Type', mime);
  nc.publish(subjects.preview(jobId), bytes, { headers: header });
}
