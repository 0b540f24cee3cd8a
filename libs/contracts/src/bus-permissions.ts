import { againRpc } from './again.ts';
import { streams, subjects } from './bus.ts';
import { compatibilityRpc } from './compatibility.ts';
import { coverageRpc } from './coverage.ts';
import { editingRpc } from './editing.ts';
import { galleryRpc } from './gallery.ts';
import { generatorRpc, hostsRpc } from './hosts.ts';
import { llmControlName, llmRpc, llmWorkerRpc } from './llm.ts';
import { llmJobsRpc } from './llm-jobs.ts';
import { llmSettingsRpc } from './llm-settings.ts';
import { modelsRpc } from './models.ts';
import { catalogRpc, hostRpc, ledgerRpc } from './rpc.ts';
import { searchRpc } from './search.ts';
import { sessionsRpc } from './sessions.ts';
import { strengthsRpc } from './strengths.ts';
import { tagsRpc } from './tags.ts';
import { operatorRpc, upkeepRpc } from './upkeep.ts';
import { webhooksRpc } from './webhooks.ts';

/** Who has credentials of its own on the bus. `operator`: a person's tools on this machine, such as `npm run keys`. */
export const busUsers = [
  'catalog',
  'generator',
  'gateway',
  'llm-worker',
  'danbooru-mcp',
  'operator',
] as const;
export type BusUser = (typeof busUsers)[number];

export interface BusPermissions {
  publish: readonly string[];
  subscribe: readonly string[];
  /** May answer a question, on the address that came with it. */
  respond: boolean;
}

/** Prefix of the addresses to which answers for a user come; nobody else may listen there. */
export function inboxPrefix(user: string): string {
  return `_INBOX.${user.replace(/[^a-zA-Z0-9_-]/g, '_')}`;
}

const inbox = (user: BusUser): string => `${inboxPrefix(user)}.>`;
const questions = (rpc: Readonly<Record<string, { subject: string }>>): string[] =>
  Object.values(rpc).map((contract) => contract.subject);

/** What a worker needs of JetStream to pull from one stream whose consumers the catalog made. */
const pulling = (stream: string): string[] => [
  '$JS.API.INFO',
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.CONSUMER.INFO.${stream}.*`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
  `$JS.ACK.${stream}.>`,
];

/**
 * What each part may say and hear on the bus, and nothing else: a generator cannot make keys, a gateway cannot
 * complete jobs, and only the catalog makes streams and dispatches work.
 */
export const busPermissions: Readonly<Record<BusUser, BusPermissions>> = {
  catalog: {
    publish: [
      subjects.events,
      subjects.allProgress,
      subjects.assignmentsChanged,
      subjects.control('*'),
      ...streams.image.subjects,
      ...streams.llm.subjects,
      '$JS.API.>',
    ],
    subscribe: ['gaze.rpc.>', subjects.heartbeats, inbox('catalog')],
    respond: true,
  },
  generator: {
    publish: [
      ...questions(ledgerRpc),
      ...questions(hostRpc),
      subjects.heartbeats,
      subjects.allProgress,
      subjects.allPreviews,
      ...pulling(streams.image.name),
    ],
    subscribe: [
      subjects.assignmentsChanged,
      subjects.control('*'),
      ...questions(generatorRpc),
      inbox('generator'),
    ],
    respond: true,
  },
  gateway: {
    publish: [
      ...questions(catalogRpc),
      ...questions(editingRpc),
      ...questions(galleryRpc),
      ...questions(againRpc),
      ...questions(modelsRpc),
      ...questions(compatibilityRpc),
      ...questions(coverageRpc),
      ...questions(searchRpc),
      ...questions(hostsRpc),
      ...questions(generatorRpc),
      ...questions(sessionsRpc),
      ...questions(strengthsRpc),
      ...questions(tagsRpc),
      ...questions(upkeepRpc),
      ...questions(webhooksRpc),
      ...questions(llmWorkerRpc),
      ...questions(llmJobsRpc),
      ...questions(llmSettingsRpc),
    ],
    subscribe: [subjects.events, subjects.allProgress, subjects.allPreviews, inbox('gateway')],
    respond: false,
  },
  'llm-worker': {
    publish: [...questions(llmRpc), ...questions(tagsRpc), ...pulling(streams.llm.name)],
    subscribe: [...questions(llmWorkerRpc), subjects.control(llmControlName), inbox('llm-worker')],
    respond: true,
  },
  'danbooru-mcp': {
    publish: [],
    subscribe: [...questions(tagsRpc), inbox('danbooru-mcp')],
    respond: true,
  },
  operator: {
    publish: [
      ...questions(catalogRpc),
      ...questions(editingRpc),
      ...questions(upkeepRpc),
      ...questions(operatorRpc),
      ledgerRpc.attempts.subject,
    ],
    subscribe: [subjects.events, subjects.allProgress, inbox('operator')],
    respond: false,
  },
};
