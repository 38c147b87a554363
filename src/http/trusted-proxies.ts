import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../kernel/address.js';

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Checks whether an address, in any spelling that a proxy may use, is one of these addresses or in one of these networks (CIDR). */
export function trustIn(proxies: readonly string[]): (address: string | undefined) => boolean {
  const networks = proxies.map(networkOf);
  return (text) => {
    const address = canonicalAddress(text ?? '');
    if (address === undefined) return false;
    return ipaddr.subnetMatch(ipaddr.parse(address), { trusted: networks }, 'other') === 'trusted';
  };
}

/** An IPv4-mapped network equals the IPv4 network, as an IPv4-mapped address equals the IPv4 address. */
function networkOf(proxy: string): Network {
  const [written = '', prefix] = proxy.split('/');
  const address = ipaddr.parse(canonicalAddress(written) ?? written);
  const all = address.kind() === 'ipv4' ? 32 : 128;
  const isMapped = all === 32 && written.includes(':');
  return [address, prefix === undefined ? all : Number(prefix) - (isMapped ? 96 : 0)];
}
