import { lookup as lookUp } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { LookupFunction } from 'node:net';

/** Link-local addresses and the places where clouds tell a machine its secrets: nobody's model or tool lives there. */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addAddress('100.100.100.200', 'ipv4');
forbidden.addAddress('192.0.0.192', 'ipv4');
forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');
forbidden.addAddress('::', 'ipv6');

/** Where the name leads; the machine's own resolver unless a test says otherwise. */
export type Resolve = (host: string) => Promise<string[]>;

const resolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * A sentence for an address that must not be called, null for one that may. Loopback and private networks may: that is
 * where people run their models.
 */
export async function whyForbidden(url: URL, ask: Resolve = resolve): Promise<string | null> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return 'Only http and https addresses can be used.';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A name that leads nowhere fails in the request itself, which says it better.
  const addresses = isIP(host) !== 0 ? [host] : await ask(host).catch(() => []);
  return addresses.some(isForbidden) ? sentence(url.hostname) : null;
}

const sentence = (name: string): string => `${name} is a link-local or metadata address and is never called.`;

/** `dns.lookup` for sockets: the address that is connected to is the one that was judged. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, options, (error, address, family) => {
    if (error !== null) return callback(error, '', 0);
    const all = typeof address === 'string' ? [address] : address.map((one) => one.address);
    if (all.some(isForbidden)) callback(new Error(sentence(hostname)), '', 0);
    else callback(null, address, family);
  });
};

/** Whether an address, as it stands, is one that is never called; a name is none. */
export function isForbiddenAddress(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 && isForbidden(bare);
}

function isForbidden(address: string): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return forbidden.check(address, family);
}
