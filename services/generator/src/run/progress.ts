import type { Progress, Workflow } from '@gaze/contracts';

type Phase = Progress['phase'];

/** What is known of one running prompt from the host's messages. Pure bookkeeping; the caller publishes. */
export interface ProgressTracker {
  /** Takes a message; answers the progress to show, or null where nothing visible changed. */
  take: (type: string, data: Record<string, unknown>, nowMs: number) => Progress | null;
}

const handNode = '13';

/** The stage of the picture that a node stands for, by its class; the second detailer is the hand pass. */
export function phaseOf(node: string | null, graph: Workflow): Phase {
  const found = node === null ? undefined : graph[node];
  if (found === undefined) return 'loading';
  if (found.class_type.startsWith('KSampler') || found.class_type.includes('Sampler')) return 'sampling';
  if (found.class_type === 'FaceDetailer') return node === handNode ? 'hand' : 'face';
  if (found.class_type.startsWith('VAEDecode')) return 'decoding';
  if (found.class_type === 'SaveImage') return 'saving';
  return 'loading';
}

/** Steps of the main sampler, for a bar that knows its length before the first one. */
function stepsOf(graph: Workflow): number {
  const sampler = Object.values(graph).find((node) => node.class_type.startsWith('KSampler'));
  return typeof sampler?.inputs.steps === 'number' ? sampler.inputs.steps : 0;
}

export function trackProgress(start: {
  jobId: string;
  attempt: number;
  host: Progress['host'];
  graph: Workflow;
}): ProgressTracker {
  let node: string | null = null;
  let step = 0;
  let steps = stepsOf(start.graph);
  let firstStepMs: number | null = null;

  const show = (nowMs: number): Progress => {
    const phase = phaseOf(node, start.graph);
    const perStep = firstStepMs !== null && step > 1 ? (nowMs - firstStepMs) / (step - 1) : null;
    return {
      job_id: start.jobId,
      attempt: start.attempt,
      phase,
      step,
      steps,
      node,
      host: start.host,
      seconds_left:
        perStep === null || phase !== 'sampling' ? null : Math.max(0, ((steps - step) * perStep) / 1000),
    };
  };

  return {
    take(type, data, nowMs) {
      if (type === 'executing' && typeof data.node === 'string') {
        if (data.node === node) return null;
        node = data.node;
        firstStepMs = null;
        // Steps of the sampler stay on show while the picture is decoded and saved: a bar must not run back.
        if (phaseOf(node, start.graph) === 'sampling') step = 0;
        return show(nowMs);
      }
      if (type === 'progress' && typeof data.value === 'number' && typeof data.max === 'number') {
        if (typeof data.node === 'string') node = data.node;
        step = data.value;
        steps = data.max;
        firstStepMs ??= nowMs;
        return show(nowMs);
      }
      return null;
    },
  };
}
