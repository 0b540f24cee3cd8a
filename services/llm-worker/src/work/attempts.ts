/** The attempts that run in this process, and why one of them was ended from outside. */
export interface Attempts {
  open: (jobId: string, attempt: number) => OpenAttempt;
  list: () => { job_id: string; attempt: number }[];
  end: (jobId: string, attempt: number, why: EndedBy) => void;
  cancel: (jobId: string) => void;
}

export type EndedBy = 'stale' | 'cancelled';

export interface OpenAttempt {
  signal: AbortSignal;
  why: () => EndedBy | null;
  close: () => void;
}

interface Running {
  jobId: string;
  attempt: number;
  abort: AbortController;
  why: EndedBy | null;
}

export function buildAttempts(): Attempts {
  const running = new Map<string, Running>();

  function stop(one: Running | undefined, why: EndedBy): void {
    if (one === undefined || one.why !== null) return;
    one.why = why;
    one.abort.abort(new Error(why === 'stale' ? 'a newer attempt owns the job' : 'the job was cancelled'));
  }

  return {
    open(jobId, attempt) {
      // A second delivery of a job that is under way here: the newer attempt owns it from now on.
      stop(running.get(jobId), 'stale');
      const one: Running = { jobId, attempt, abort: new AbortController(), why: null };
      running.set(jobId, one);
      return {
        signal: one.abort.signal,
        why: () => one.why,
        close: () => {
          if (running.get(jobId) === one) running.delete(jobId);
        },
      };
    },
    list: () => [...running.values()].map(({ jobId, attempt }) => ({ job_id: jobId, attempt })),
    end(jobId, attempt, why) {
      const one = running.get(jobId);
      if (one?.attempt === attempt) stop(one, why);
    },
    cancel: (jobId) => stop(running.get(jobId), 'cancelled'),
  };
}
