import type { Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { handlersOf, NUMBERS_OF_RECORDS, type CommandDeclaration } from './command-declarations.js';
import { DATE_TIME, FLAG } from './member-kinds.js';
import { faultsDeclaredBy, membersDeclaredBy } from './member-declarations.js';
import { SQL_NAME } from './member-faults.js';
import { optionsOf, type ResourceOptions } from './resource.decorator.js';
import { ResourceRecord } from './resource-record.js';
import { namesIn } from './shown-as.js';

/** The hooks of a service. */
export const HOOKS = ['beforeCreate', 'beforeUpdate', 'beforeDelete', 'afterRead'] as const;

/** What is wrong with a class as a resource and with the service that acts for it, one sentence for each fault. */
export function resourceFaults(type: Type<object>, service: Type<object>): string[] {
  const options = optionsOf(type);
  if (!options) return [`${type.name} has no @Resource.`];
  if (!(type.prototype instanceof ResourceRecord)) return [`${type.name} must extend ResourceRecord.`];
  const own = [...optionFaults(options), ...memberFaults(type), ...shownAsFaults(type, options)];
  return [
    ...own.map((fault) => `${type.name} ${fault}.`),
    ...plainFaults(type),
    ...faultsDeclaredBy(type),
    ...commandFaults(type, options.commands ?? [], service),
    ...hookFaults(service),
  ];
}

function* optionFaults({ name, path, table }: ResourceOptions): Generator<string> {
  if (!/^[A-Z][A-Za-z\d]{0,39}$/.test(name))
    yield `has the name "${name}": a name is letters and digits and begins with a capital`;
  if (!/^[a-z\d]+([/_-][a-z\d]+)*$/.test(path))
    yield `has the path "${path}": a path is such as api/sys/coupons, in lower case`;
  if (!SQL_NAME.test(table)) yield `has the table "${table}": a table is lower case letters, digits and _, at most 40`;
}

function* memberFaults(type: Type<object>): Generator<string> {
  const members = membersDeclaredBy(type);
  if (members.length === 0) yield 'declares no member: add @Text or its like';
  const columns = members.map(({ column }) => column);
  const twice = columns.find((column, n) => columns.indexOf(column) < n);
  if (twice !== undefined) yield `has two members with the column ${twice}`;
}

/** A member with rules alone has no column: what clients send would be lost. */
function plainFaults(type: Type<object>): string[] {
  const known = new Set(membersDeclaredBy(type).map(({ name }) => name));
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  const plain = new Set(rules.map(({ propertyName }) => propertyName).filter((name) => !known.has(name)));
  // Members that are declared wrongly have no rule of ours, and are reported by their own faults.
  const faulty = faultsDeclaredBy(type);
  return [...plain]
    .filter((name) => !faulty.some((fault) => fault.startsWith(`${type.name}.${name} `)))
    .map((name) => `${type.name}.${name} has rules and no kind: add @Text or its like.`);
}

function* shownAsFaults(type: Type<object>, { shownAs }: ResourceOptions): Generator<string> {
  const members = new Map(membersDeclaredBy(type).map((member) => [member.name, member]));
  for (const name of namesIn(shownAs ?? '')) {
    const member = members.get(name);
    if (!member && name !== 'Id') yield `has {${name}} in shownAs, which is no member`;
    if (member?.options.secret) yield `has {${name}} in shownAs, which is a secret`;
    if (member?.kind === DATE_TIME || member?.kind === FLAG)
      yield `has {${name}} in shownAs, which is neither text nor a number`;
  }
}

function* commandFaults(
  type: Type<object>,
  commands: readonly CommandDeclaration[],
  service: Type<object>,
): Generator<string> {
  const handlers = handlersOf(service);
  const keys = commands.map(({ key }) => key);
  for (const [n, { key, name, records = 'any', parameters }] of commands.entries()) {
    const command = `${type.name} has the command ${key}`;
    if (keys.indexOf(key) < n) yield `${command} twice.`;
    if (!key || !name) yield `${command}, which needs a key and a name.`;
    if (!(records in NUMBERS_OF_RECORDS)) yield `${command}, whose records are "${records}".`;
    if (!handlers.has(key)) yield `${command}, and no method of ${service.name} has @Handles('${key}').`;
    if (parameters) yield* parameterFaults(parameters);
  }
  for (const [key, method] of handlers)
    if (!keys.includes(key)) yield `${service.name}.${method} handles ${key}, which is no command of ${type.name}.`;
}

function parameterFaults(parameters: Type<object>): readonly string[] {
  const faults = faultsDeclaredBy(parameters);
  const isEmpty = membersDeclaredBy(parameters).length === 0;
  return isEmpty && faults.length === 0 ? [`${parameters.name} declares no parameter: add @Text or its like.`] : faults;
}

/** A method with a name like a hook's that is none would never be called. */
function hookFaults(service: Type<object>): string[] {
  const faults: string[] = [];
  for (let prototype = service.prototype as object; prototype !== Object.prototype;) {
    const unknown = Object.getOwnPropertyNames(prototype).filter(
      (name) => /^(before|after)[A-Z]/.test(name) && !(HOOKS as readonly string[]).includes(name),
    );
    faults.push(...unknown.map((name) => `${service.name}.${name} is no hook: the hooks are ${HOOKS.join(', ')}.`));
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return faults;
}
