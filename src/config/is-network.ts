import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isIP } from 'node:net';
import { canonicalAddress } from '../kernel/address.js';

export const NETWORKS_EXPECTED =
  'expected IP addresses or networks such as 10.0.0.0/8, separated by commas; a network of all addresses, such as 0.0.0.0/0, would let every client choose its address';

/** An IP address, or a network in CIDR form. A network of all addresses is refused. */
export function IsNetwork(options: ValidationOptions): PropertyDecorator {
  return ValidateBy({ name: 'isNetwork', validator: { validate: isNetwork } }, options);
}

function isNetwork(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [address = '', prefix, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  // An IPv4-mapped network of 96 bits contains all IPv4 addresses.
  const isMapped = version === 6 && isIP(canonicalAddress(address) ?? '') === 4;
  const bits = Number(prefix);
  return /^\d{1,3}$/.test(prefix) && bits > (isMapped ? 96 : 0) && bits <= (version === 4 ? 32 : 128);
}
