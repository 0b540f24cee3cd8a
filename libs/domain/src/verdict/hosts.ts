import type { Finding, HostFacts } from '@gaze/contracts';
import { joined } from './words.ts';

const names = (hosts: readonly HostFacts[]): string => joined(hosts.map((host) => host.name));
const seconds = (value: number): string => `${Math.max(1, Math.round(value))} s`;

/** Which hosts can render it, and what the first picture costs. Disabled hosts count as not there. */
export function hostFindings(all: readonly HostFacts[], checkpoint: string): Finding[] {
  const hosts = all.filter((host) => host.state !== 'disabled');
  if (hosts.length === 0)
    return [
      {
        code: 'no_hosts',
        level: 'bad',
        text: 'No ComfyUI host is switched on. Add one, or switch one on, in Settings.',
      },
    ];
  const known = hosts.filter((host) => host.is_known);
  const able = known.filter((host) => host.missing.length === 0);
  const ready = able.filter((host) => host.state === 'up');
  if (ready.length > 0) return [...who(hosts, ready), cost(ready, checkpoint)];
  return [nobody(hosts, known, able)];
}

function who(hosts: readonly HostFacts[], ready: readonly HostFacts[]): Finding[] {
  const lacking = hosts.filter((host) => host.state === 'up' && host.is_known && host.missing.length > 0);
  const verb = ready.length === 1 ? 'holds' : 'hold';
  return [
    { code: 'hosts_have_all', level: 'good', text: `${names(ready)} ${verb} every file.` },
    ...lacking.map((host): Finding => ({
      code: 'hosts_lack',
      level: 'good',
      text: `${host.name} lacks ${joined(host.missing)} and takes no part.`,
    })),
  ];
}

/** The cheapest host: one that has the checkpoint loaded, else the one that loads it fastest. */
function cost(ready: readonly HostFacts[], checkpoint: string): Finding {
  const loaded = ready.filter((host) => host.is_loaded);
  if (loaded.length > 0)
    return {
      code: 'loaded',
      level: 'good',
      text: `${checkpoint} is loaded on ${names(loaded)}: rendering begins at once.`,
    };
  const [fastest] = ready.toSorted((a, b) => a.load_seconds - b.load_seconds);
  return {
    code: 'loads',
    level: 'good',
    text: `${checkpoint} has to be loaded first: about ${seconds(fastest?.load_seconds ?? 0)} on ${fastest?.name ?? ''}.`,
  };
}

function nobody(
  hosts: readonly HostFacts[],
  known: readonly HostFacts[],
  able: readonly HostFacts[],
): Finding {
  const [away] = able;
  if (away !== undefined)
    return {
      code: 'host_away',
      level: 'warn',
      text: `Only ${names(able)} ${able.length === 1 ? 'holds' : 'hold'} every file and ${able.length === 1 ? 'does' : 'do'} not answer now. ${away.reason}`.trim(),
    };
  if (known.length < hosts.length)
    return {
      code: 'hosts_not_asked',
      level: 'warn',
      text: `${names(hosts.filter((host) => !host.is_known))} ${hosts.length - known.length === 1 ? 'has' : 'have'} not said yet which files are there.`,
    };
  const nowhere = (known[0]?.missing ?? []).filter((file) =>
    known.every((host) => host.missing.includes(file)),
  );
  return {
    code: 'no_host_has_all',
    level: 'bad',
    text:
      nowhere.length > 0
        ? `No host has ${joined(nowhere)}. Copy it to a ComfyUI host, or choose another.`
        : `No single host has all of it: ${known.map((host) => `${host.name} lacks ${joined(host.missing)}`).join('; ')}.`,
  };
}
