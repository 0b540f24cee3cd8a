import { isNotFound } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import { jetstreamManager } from '@nats-io/jetstream';
import type { StreamPlace } from '../jobs/steer.ts';

/** Whether a message still lies at its place of a stream, told by the id that it was sent with. */
export async function holdsMessage(
  nc: NatsConnection,
  stream: string,
  sequence: number,
  messageId: string,
): Promise<boolean> {
  try {
    const manager = await jetstreamManager(nc);
    const message = await manager.streams.getMessage(stream, { seq: sequence });
    return message?.header.get('Nats-Msg-Id') === messageId;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Removes messages from a stream; those that are gone already are no fault. */
export async function deleteMessages(
  nc: NatsConnection,
  stream: string,
  places: readonly StreamPlace[],
): Promise<void> {
  const manager = await jetstreamManager(nc);
  for (const place of places)
    await manager.streams.deleteMessage(stream, place.sequence, false).catch(() => undefined);
}
