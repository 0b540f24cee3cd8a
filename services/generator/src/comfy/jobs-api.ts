import type { PromptPlace } from './client.ts';
import { HostUnreachable } from './errors.ts';
import type { ComfyHttp } from './http.ts';
import { JobEntry, JobList } from './shapes.ts';

export interface JobsApi {
  /** Whether this host has it. Asked once; versions are told apart by what they answer, never by their number. */
  known: () => Promise<boolean>;
  where: (promptId: string) => Promise<PromptPlace | null>;
  /** Out of the queue or stopped, in one step of the host; nothing where it has ended. */
  cancel: (promptId: string) => Promise<void>;
  /** Asks anew at the next question. */
  forget: () => void;
}

/** ComfyUI's jobs API, since 2026: it tells pending, running, ended and unknown apart in one small answer. */
export function buildJobsApi(http: ComfyHttp): JobsApi {
  let known: boolean | null = null;

  return {
    async known() {
      if (known !== null) return known;
      const response = await http.ask('/api/jobs?limit=1');
      if (response.status === 404 || response.status === 405) {
        await response.body?.cancel();
        return (known = false);
      }
      if (!response.ok) throw await http.unexpected('/api/jobs', response);
      return (known = JobList.safeParse(await response.json().catch(() => null)).success);
    },
    async where(promptId) {
      const path = `/api/jobs/${promptId}`;
      const response = await http.ask(path);
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok) throw await http.unexpected('/api/jobs', response);
      const job = JobEntry.safeParse(await response.json().catch(() => null));
      // Nothing may be concluded from what cannot be read: «unknown» would mean to render again.
      if (!job.success)
        throw new HostUnreachable(http.url, job.error, '/api/jobs answered what is not a job');
      if (job.data.status === 'pending') return 'pending';
      return job.data.status === 'in_progress' ? 'running' : 'finished';
    },
    async cancel(promptId) {
      const response = await http.ask(`/api/jobs/${promptId}/cancel`, { method: 'POST', body: {} });
      if (!response.ok) throw await http.unexpected('/api/jobs', response);
      await response.body?.cancel();
    },
    forget: () => (known = null),
  };
}
