import type { FileFacts, Finding, Prompts, Snapshot, SnapshotLora, SnapshotPart } from '@gaze/contracts';
import { normaliseFileName } from '../jobs/files.ts';
import { own } from '../json.ts';
import { loraChain } from '../snapshot/lora-chain.ts';
import { normalise } from '../tags/normalise.ts';
import { splitTags } from '../tags/split.ts';
import { baseModelOf, baseName, compareBases } from './base-model.ts';
import { joined } from './words.ts';

/** Above this sum, pictures of SDXL models tend to burn: colours clip and details repeat. */
const strongestSum = 2;

type Wired = SnapshotPart & { lora: SnapshotLora };

/** What there is to say about the LoRAs of a snapshot: their base models, their strength, their triggers. */
export function loraFindings(
  snapshot: Pick<Snapshot, 'parts' | 'stack_loras' | 'checkpoint'>,
  prompts: Pick<Prompts, 'negative'>,
  files: readonly FileFacts[],
): Finding[] {
  const chain = loraChain(snapshot.parts, snapshot.stack_loras);
  const wired = chain.links.flatMap(({ part }) => (part.lora === null ? [] : [{ ...part, lora: part.lora }]));
  return [
    ...bases(snapshot.checkpoint, wired, files),
    ...strength(wired),
    ...sharedTriggers(wired),
    ...cancelledTriggers(wired, prompts.negative),
    ...unsaidTriggers(wired),
    ...leftOut(chain.leftOut),
  ];
}

function bases(
  checkpoint: Snapshot['checkpoint'],
  wired: readonly Wired[],
  files: readonly FileFacts[],
): Finding[] {
  const read = (kind: FileFacts['kind'], name: string) => {
    const path = normaliseFileName(name);
    const facts = files.find((file) => file.kind === kind && file.name === path);
    return baseModelOf(facts?.base_model ?? null, { kind, name: path });
  };
  const wanted = read('checkpoint', checkpoint.path);
  const findings: Finding[] = [];
  const unknown: string[] = [];
  for (const { name, lora } of wired) {
    const base = read('lora', lora.name);
    if (base === null || wanted === null) unknown.push(name);
    else findings.push(...compared(name, checkpoint.name, base, wanted));
  }
  if (unknown.length > 0)
    findings.push({
      code: 'base_model_unknown',
      level: 'good',
      text:
        wanted === null
          ? `Nobody knows the base model of ${checkpoint.name}, so it is not compared with the LoRAs.`
          : `Nobody knows which base model the LoRA of ${joined(unknown)} was trained on.`,
    });
  return findings;
}

function compared(
  name: string,
  checkpoint: string,
  base: Parameters<typeof baseName>[0],
  wanted: Parameters<typeof baseName>[0],
): Finding[] {
  const how = compareBases(wanted, base);
  if (how === 'same') return [];
  const facts = `The LoRA of ${name} was trained on ${baseName(base)}, and ${checkpoint} is ${baseName(wanted)}`;
  return how === 'family'
    ? [
        {
          code: 'base_model',
          level: 'bad',
          text: `${facts}: it will not work. Choose another checkpoint, or switch this LoRA off.`,
        },
      ]
    : [
        {
          code: 'base_model_variant',
          level: 'warn',
          text: `${facts}: it may work badly. A checkpoint of its own line suits it better.`,
        },
      ];
}

function strength(wired: readonly Wired[]): Finding[] {
  const sum = wired.reduce((total, { lora }) => total + Math.abs(lora.weight), 0);
  if (sum <= strongestSum + 1e-9) return [];
  return [
    {
      code: 'strength',
      level: 'warn',
      text: `${wired.length} LoRAs add up to a strength of ${sum.toFixed(2)}. Above ${strongestSum} pictures tend to burn: lower a weight or switch one off.`,
    },
  ];
}

/** Said by nearly every prompt: no LoRA is woken by them. */
const everyday = /^(\d\+?(girl|boy)s?|solo)$/;

const triggersOf = (lora: SnapshotLora): Set<string> =>
  new Set(
    splitTags(lora.triggers)
      .map(normalise)
      .filter((tag) => !everyday.test(tag)),
  );

function sharedTriggers(wired: readonly Wired[]): Finding[] {
  const owners = new Map<string, string[]>();
  for (const { name, lora } of wired)
    for (const trigger of triggersOf(lora)) owners.set(trigger, [...(owners.get(trigger) ?? []), name]);
  return [...owners]
    .filter(([, names]) => names.length > 1)
    .map(([trigger, names]) => ({
      code: 'trigger_shared',
      level: 'warn',
      text: `The LoRAs of ${joined(names)} answer to the same trigger “${trigger}”: each use wakes both.`,
    }));
}

function cancelledTriggers(wired: readonly Wired[], negative: string): Finding[] {
  const refused = new Set(splitTags(negative).map(normalise));
  return wired.flatMap(({ name, lora }) =>
    [...triggersOf(lora)]
      .filter((trigger) => refused.has(trigger))
      .map((trigger): Finding => ({
        code: 'trigger_cancelled',
        level: 'warn',
        text: `The trigger “${trigger}” of ${name} stands in the negative prompt, too: there the two cancel each other. Take it out of one of them.`,
      })),
  );
}

/** The entity has triggers, and its field is switched off. */
function unsaidTriggers(wired: readonly Wired[]): Finding[] {
  const silent = wired.filter(
    ({ lora, data }) => lora.triggers === '' && hasText(own(own(data, 'lora'), 'lora_triggers')),
  );
  if (silent.length === 0) return [];
  return [
    {
      code: 'trigger_unsaid',
      level: 'good',
      text: `The LoRA of ${joined(silent.map(({ name }) => name))} works without its trigger words: they are switched off.`,
    },
  ];
}

const hasText = (value: unknown): boolean =>
  Array.isArray(value) ? value.some(hasText) : typeof value === 'string' && value.trim() !== '';

function leftOut(parts: readonly SnapshotPart[]): Finding[] {
  if (parts.length === 0) return [];
  return [
    {
      code: 'left_out',
      level: 'good',
      text: `The LoRA of ${joined(parts.map(({ name }) => name))} is left out: each slot takes one. “Use every selected LoRA” takes them all.`,
    },
  ];
}
