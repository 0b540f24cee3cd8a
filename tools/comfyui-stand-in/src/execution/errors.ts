/** What a node raises while it runs; the type is a Python class name. */
export class NodeError extends Error {
  readonly type: string;
  readonly outOfMemory: boolean;
  constructor(type: string, message: string, outOfMemory = false) {
    super(message);
    this.name = 'NodeError';
    this.type = type;
    this.outOfMemory = outOfMemory;
  }
}

export function outOfMemory(): NodeError {
  const message =
    'Allocation on device 0 would exceed allowed memory. (out of memory)\nThis error means you ran out of memory on your GPU.\n\nTIP: If the workflow worked before, a smaller size or batch may fit.\n';
  return new NodeError('torch.OutOfMemoryError', message, true);
}

/** Somebody pressed stop. */
export class Interrupted extends Error {}

/** The host's process ends while a prompt runs: no history, no message. */
export class HostGone extends Error {}
