import { createHash } from 'node:crypto';
import type { McpSettings, llmSettingsRpc } from '@gaze/contracts';
import { McpAllow, McpServerSetting } from '@gaze/contracts';
import { z } from 'zod';
import type { DbOrTrx } from '../../db/connect.ts';
import { readSetting, writeSetting } from '../../settings/store.ts';

const settingKey = 'llm.tool_servers';
const Stored = z.object({ servers: z.array(McpServerSetting), allow: z.array(McpAllow) });
const none: z.infer<typeof Stored> = { servers: [], allow: [] };

/** The tool servers of Settings, with a mark by which a worker knows that they changed. */
export async function toolServers(db: DbOrTrx): Promise<McpSettings> {
  const parsed = Stored.safeParse(await readSetting(db, settingKey));
  const stored = parsed.success ? parsed.data : none;
  return { ...stored, mark: markOf(stored) };
}

export async function setToolServers(
  db: DbOrTrx,
  { servers, allow }: z.output<typeof llmSettingsRpc.setToolServers.input>,
): Promise<void> {
  const before = await toolServers(db);
  await writeSetting(db, settingKey, { servers, allow: lastOfEach(allow ?? before.allow) });
}

/** The later word on a tool counts. */
function lastOfEach(allow: readonly McpAllow[]): McpAllow[] {
  return [...new Map(allow.map((one) => [JSON.stringify([one.server, one.tool]), one])).values()];
}

const markOf = (stored: z.infer<typeof Stored>): string =>
  createHash('sha256').update(JSON.stringify(stored)).digest('hex').slice(0, 16);
