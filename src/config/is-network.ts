import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isIP } from 'node:net';

/** An IP address, or a network in CIDR form. */
export function IsNetwork(options: ValidationOptions): PropertyDecorator {
  return ValidateBy({ name: 'isNetwork', validator: { validate: isNetwork } }, options);
}

function isNetwork(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  if (bits === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}
