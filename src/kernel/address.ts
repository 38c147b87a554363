import ipaddr from 'ipaddr.js';
import { isIP, isIPv4 } from 'node:net';

/** How many leading bits of an address name its network. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/**
 * Matches an address with a port, as some proxies write it: `198.51.100.20:4711` or `[2001:db8::1]:4711`. It also matches brackets without
 * a port.
 */
const WITH_PORT = /^(?:\[(?<bracketed>[^\]]*)\](?::\d{1,5})?|(?<dotted>[\d.]+):\d{1,5})$/;

/**
 * The canonical spelling of an IP address: IPv4 in four decimal parts, IPv6 as in RFC 5952, without port, brackets and zone. An IPv4-mapped
 * IPv6 address becomes the IPv4 address. Undefined for any other text.
 */
export function canonicalAddress(text: string): string | undefined {
  // An IPv4 address in this form has only one spelling.
  if (isIPv4(text)) return text;
  const { bracketed, dotted } = WITH_PORT.exec(text.trim())?.groups ?? {};
  const [address = ''] = (bracketed ?? dotted ?? text.trim()).split('%', 1);
  return isIP(address) ? ipaddr.process(address).toString() : undefined;
}

/** The network of a canonical address, in CIDR form. */
export function networkOf(address: string, { ipv4, ipv6 }: PrefixLengths): string {
  return ipaddr.parse(address).kind() === 'ipv4'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${ipv4}`).toString()}/${ipv4}`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${ipv6}`).toString()}/${ipv6}`;
}
