import { networkInterfaces } from 'node:os';

/** Addresses that mean «every one of this machine», and lead nowhere themselves. */
const wildcards = ['0.0.0.0', '::', '[::]'];

const inUrl = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/** Where the person at this machine reaches GAZE. */
export function ownUrl(host: string, port: number): string {
  return `http://${inUrl(wildcards.includes(host) ? '127.0.0.1' : host)}:${port}`;
}

/** Where other machines reach it, as far as this one can tell; empty where it listens to one address alone. */
export function outsideUrls(
  host: string,
  port: number,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): string[] {
  if (!wildcards.includes(host)) return [];
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `http://${address}:${port}`);
}
