import { z } from 'zod';
import type { HistoryEntry, OutputImage } from './client.ts';
import { RunFailure } from './errors.ts';

const ExecutionError = z.looseObject({
  node_id: z.string().default('?'),
  node_type: z.string().default('a node'),
  exception_type: z.string().default(''),
  exception_message: z.string().default(''),
});

/**
 * What a finished prompt gave: its saved pictures, or the failure with its class.
 *
 * `type: output` alone counts; previews of the web editor are `temp` and vanish with the host.
 * @throws RunFailure
 */
export function picturesOf(entry: HistoryEntry, hostName: string): OutputImage[] {
  const failure = failureOf(entry, hostName);
  if (failure !== null) throw failure;
  const images = Object.values(entry.outputs).flatMap((output) => output.images ?? []);
  const saved = images.filter((image) => image.type === 'output');
  if (saved.length === 0) {
    throw new RunFailure('permanent', {
      code: 'workflow_refused',
      message: `${hostName} finished the workflow but saved no picture. The template needs a SaveImage node.`,
    });
  }
  return saved;
}

function failureOf(entry: HistoryEntry, hostName: string): RunFailure | null {
  const messages = entry.status?.messages ?? [];
  if (messages.some(([type]) => type === 'execution_interrupted')) {
    return new RunFailure('interrupted', {
      code: 'host_failed',
      message: `The picture was stopped on ${hostName}.`,
    });
  }
  const error = messages.find(([type]) => type === 'execution_error');
  if (error === undefined) {
    const status = entry.status?.status_str;
    if (status === undefined || status === 'success') return null;
    return new RunFailure('host', {
      code: 'host_failed',
      message: `${hostName} ended the workflow with «${status}» and no reason.`,
    });
  }
  const detail = ExecutionError.parse(error[1]);
  const where = `node ${detail.node_id} (${detail.node_type})`;
  const said = detail.exception_message.trim().split('\n')[0] ?? '';
  if (isOutOfMemory(detail.exception_type, detail.exception_message)) {
    return new RunFailure('host', {
      code: 'host_failed',
      message: `${hostName} ran out of memory at ${where}.`,
      hint: 'Choose a smaller size or a host with more video memory.',
      details: { exception: detail.exception_type, message: said },
    });
  }
  return new RunFailure('permanent', {
    code: 'workflow_refused',
    message: `${hostName} failed at ${where}: ${said === '' ? detail.exception_type : said}`,
    field: detail.node_id,
    details: { exception: detail.exception_type },
  });
}

function isOutOfMemory(type: string, message: string): boolean {
  return /OutOfMemory/i.test(type) || /out of memory/i.test(message);
}
