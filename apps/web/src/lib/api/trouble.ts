import { ApiError } from '@gaze/client';

/** An error as a person reads it: what failed and where, what to do, and the line for a bug report. */
export interface Trouble {
  title: string;
  message: string;
  hint: string | null;
  technical: string;
  code: string | null;
  status: number | null;
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) return ofProblem(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    title: 'The page has a fault',
    message: 'Something in this page went wrong.',
    hint: 'Load the page again; please report it with the details below.',
    technical: error instanceof Error ? (error.stack ?? message) : message,
    code: null,
    status: null,
  };
}

function ofProblem({ problem, cause }: ApiError): Trouble {
  const where = [problem.field && `field ${problem.field}`, problem.file && `file ${problem.file}`];
  const technical = [
    `${problem.status} ${problem.code}`,
    ...where.filter((part) => part),
    problem.request_id && `request ${problem.request_id}`,
    problem.detail,
    problem.details === undefined ? undefined : JSON.stringify(problem.details),
    cause instanceof Error ? cause.message : undefined,
  ];
  return {
    title: problem.title,
    message: problem.detail,
    hint: problem.hint ?? null,
    technical: technical.filter((part) => part).join(' · '),
    code: problem.code,
    status: problem.status,
  };
}
