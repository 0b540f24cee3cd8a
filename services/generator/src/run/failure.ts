import { errorCodes } from '@gaze/contracts';
import type { WireError } from '@gaze/contracts';
import { toWireError } from '@gaze/runtime';
import { HostRefusal, HostUnreachable, RunFailure, explainRefusal } from '../comfy/errors.ts';

/** Sorts whatever went wrong into the ledger's classes of failure. */
export function asRunFailure(
  error: unknown,
  host: { name: string; forgetCapabilities: () => void },
): RunFailure {
  if (error instanceof RunFailure) return error;
  if (error instanceof HostRefusal) {
    const { wire, elsewhere } = explainRefusal(error, host.name);
    if (elsewhere) host.forgetCapabilities();
    return new RunFailure(elsewhere ? 'host' : 'permanent', wire);
  }
  if (error instanceof HostUnreachable) {
    return new RunFailure('host', {
      code: 'host_failed',
      message: `${host.name} cannot be used: ${error.reason}.`,
    });
  }
  const wire: WireError = toWireError(error);
  if (wire.code === 'storage_full' || wire.code === 'storage_failed') return new RunFailure('storage', wire);
  // A file or node that this host lacks may be there on another one.
  if (wire.code === 'no_host_has_file') return new RunFailure('host', wire);
  // A broken download shows as a picture that does not decode: the host is asked again, not the person.
  if (wire.code === 'image_invalid') return new RunFailure('host', wire);
  return new RunFailure(errorCodes[wire.code].status >= 500 ? 'ambiguous' : 'permanent', wire);
}
