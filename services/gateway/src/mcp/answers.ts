import { allows } from '@gaze/contracts';
import type { Scope } from '@gaze/contracts';
import { GazeError, toWireError } from '@gaze/runtime';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Principal } from '../auth/principal.ts';

/** Structured for programs, and the same as text for clients that read nothing else. */
export function answer(structuredContent: Record<string, unknown>): CallToolResult {
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

/** @throws GazeError forbidden where the key may not do that */
export function need(principal: Principal, scope: Scope): void {
  if (!allows(principal.scopes, scope))
    throw new GazeError(
      'forbidden',
      `«${principal.name}» may ${principal.scopes.join(', ')}; this needs ${scope}.`,
    );
}

/** A tool's failure is an answer that the model can read and act on, not a failure of the protocol. */
export async function attempt(work: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work();
  } catch (error) {
    const { code, message, field, hint } = toWireError(error);
    const said = [message, field === undefined ? '' : `Field: ${field}.`, hint ?? ''].filter(
      (part) => part !== '',
    );
    return {
      isError: true,
      content: [{ type: 'text', text: `${said.join(' ')} (${code})` }],
    };
  }
}
