import type { FileFacts, Finding, HostFacts, Prompts, Snapshot, Verdict } from '@gaze/contracts';
import { hostFindings } from './hosts.ts';
import { loraFindings } from './loras.ts';

const rank = { bad: 0, warn: 1, good: 2 } as const;
/** What the line says where all is well: who renders it and what it costs. */
const quiet: readonly Finding['code'][] = ['loaded', 'loads', 'hosts_have_all'];

/**
 * Whether the files of a snapshot go together, and where they can be rendered: base models, strength and triggers of
 * its LoRAs, hosts that hold every file, the cost of loading. Pure: the same in the browser and on the server.
 *
 * @param files what is known of the needed files; those that are not among them count as unknown
 * @param hosts every host, each with what it lacks of these files
 */
export function verdictOf(of: {
  snapshot: Pick<Snapshot, 'parts' | 'stack_loras' | 'checkpoint'>;
  prompts: Pick<Prompts, 'negative'>;
  files: readonly FileFacts[];
  hosts: readonly HostFacts[];
}): Verdict {
  const { snapshot, prompts, files, hosts } = of;
  const findings = [
    ...hostFindings(hosts, snapshot.checkpoint.name),
    ...loraFindings(snapshot, prompts, files),
  ].toSorted((a, b) => rank[a.level] - rank[b.level]);
  const level = findings[0]?.level ?? 'good';
  return { level, headline: headlineOf(findings, level), findings };
}

function headlineOf(findings: readonly Finding[], level: Verdict['level']): string {
  const worst = findings.filter((finding) => finding.level === level);
  if (level !== 'good') {
    const more = worst.length > 1 ? ` And ${worst.length - 1} more.` : '';
    return `${worst[0]?.text ?? ''}${more}`;
  }
  return quiet.flatMap((code) => findings.find((finding) => finding.code === code)?.text ?? [])[0] ?? '';
}
