import { BlockList, isIP } from 'node:net';

type Family = 'ipv4' | 'ipv6';

function listBlocks(family: Family, blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [network, prefix] = block.split('/') as [string, string];
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

// Marked, so that they are not made at the start of functions that download nothing.
const SPECIAL_IPV4 = /* @__PURE__ */ listBlocks('ipv4', [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, the metadata of an instance, the runtime of a function
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);

/**
 * Outside of this there is nothing to fetch from: `::`, `::1`, IPv4-mapped, IPv4-compatible, NAT64, discard-only,
 * unique-local (and with it AWS's metadata), link-local, site-local, multicast. A mapped or translated address is refused
 * whatever it stands for.
 */
const GLOBAL_IPV6 = /* @__PURE__ */ listBlocks('ipv6', ['2000::/3']);

const SPECIAL_IPV6 = /* @__PURE__ */ listBlocks('ipv6', [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: an IPv4 address in disguise
  '3fff::/20', // documentation
]);

/**
 * Whether an IP address, without brackets, is one of the public internet. Whatever is no address is not.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !SPECIAL_IPV4.check(address, 'ipv4');
  return version === 6 && GLOBAL_IPV6.check(address, 'ipv6') && !SPECIAL_IPV6.check(address, 'ipv6');
}
