import { PlugInError } from '../../plug-ins/plug-in-error.js';
import type { Grant } from './grant.js';

/** RFC 6749, appendix A: the characters of the names of grants and of parameters. */
const NAME = /^[\w.-]+$/;
/** Parameters that mean the same in every grant, or that name a client or its secret. */
const RESERVED = [
  ...['grant_type', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type'],
  ...['scope', 'resource', 'device_name'],
];

/** Refuses grants that do not fit together, or do not describe themselves. @throws PlugInError that names the class */
export function refuseGrantFaults(grants: readonly Grant[]): void {
  const named = new Map<string, Grant>();
  for (const grant of grants) {
    refuse(grant);
    const other = named.get(grant.name);
    if (other)
      throw new PlugInError(grant, `has the name of the grant ${other.constructor.name}, ${grant.name}: rename one.`);
    named.set(grant.name, grant);
  }
}

function refuse(grant: Grant): void {
  const { name, description, parameters, handle } = grant as Partial<Record<keyof Grant, unknown>>;
  const fault = (text: string): PlugInError => new PlugInError(grant, text);
  if (typeof name !== 'string' || !(NAME.test(name) || isAbsoluteUri(name)))
    throw fault(`needs a \`name\` of letters, digits, ".", "_" and "-", or an absolute URI, not ${shown(name)}.`);
  if (!isText(description)) throw fault('needs a `description`, a sentence for the OpenAPI document.');
  if (typeof handle !== 'function') throw fault('needs a method `handle`.');
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters))
    throw fault('needs `parameters`, an object with a description for each name: {} if there are none.');
  for (const [parameter, declared] of Object.entries(parameters as Readonly<Record<string, unknown>>)) {
    if (!NAME.test(parameter))
      throw fault(`declares the parameter ${shown(parameter)}: expected letters, digits, ".", "_" and "-".`);
    if (RESERVED.includes(parameter)) throw fault(`declares the parameter ${parameter}, which belongs to the service.`);
    refuseParameter(declared, `declares the parameter ${parameter}`, fault);
  }
}

function refuseParameter(declared: unknown, what: string, fault: (text: string) => PlugInError): void {
  const { description, required, secret, example, ...others } = (declared ?? {}) as Record<string, unknown>;
  if (!isText(description)) throw fault(`${what} without a description.`);
  for (const [member, value] of Object.entries({ required, secret }))
    if (value !== undefined && typeof value !== 'boolean')
      throw fault(`${what} with \`${member}\`, which is not a boolean.`);
  if (example !== undefined && typeof example !== 'string') throw fault(`${what} with an example that is not a text.`);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw fault(`${what} with the unknown member ${unknown}.`);
}

function isAbsoluteUri(name: string): boolean {
  return /^[a-z][a-z\d+.-]*:[!-~]+$/i.test(name) && URL.canParse(name);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function shown(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}
