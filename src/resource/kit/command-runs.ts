import type { Type } from '@nestjs/common';
import { insufficientScope } from '../../access/insufficient-scope.js';
import { failedMember } from '../../kernel/validation-error.js';
import { readDto } from '../dto-reader.js';
import type { Write } from '../write-envelope.js';
import { handlersOf, NUMBERS_OF_RECORDS, type CommandDeclaration } from './command-declarations.js';
import type { DeclaredResource } from './declared-resource.js';
import { membersDeclaredBy } from './member-declarations.js';
import { copyOf, recordFrom } from './record-values.js';
import type { Act } from './resource-hooks.js';
import type { ResourceRecord } from './resource-record.js';
import type { ResourceRepository } from './resource.repository.js';
import { CommandParameter, type RunCommand } from './run-command.js';

/**
 * A command that was run.
 * @publicApi
 */
export interface CommandRun {
  /** What its handler returned; without that, the Ids of its records. */
  readonly value: unknown;
  readonly ranOn: Date;
}

/** What a run needs of the service of its resource. */
export interface CommandTools<R extends ResourceRecord> {
  readonly resource: DeclaredResource<R>;
  readonly repository: ResourceRepository<R>;
  /** The object with the handlers. */
  readonly service: object;
  /** Writes a record that the handler changed; undefined if it did not change it. */
  readonly update: (act: Act, record: R, before: R, reason: string) => Promise<Write | undefined>;
}

/** Carries out a command on locked records. */
type Handler<R> = (records: readonly R[], parameters: object, act: Act) => unknown;

/**
 * Runs a command within the transaction of `act`: locks its records, calls its handler, and writes what the handler changed of the records.
 * @throws ValidationError for a key that is none, records that do not fit, and parameters that are missing or wrong; AppError 403 without its role
 */
export async function runCommand<R extends ResourceRecord>(
  { resource, repository, service, update }: CommandTools<R>,
  run: RunCommand,
  act: Act,
): Promise<CommandRun> {
  const { Key } = run;
  const Ids = run.Ids ?? [];
  const command = resource.commands.find(({ key }) => key === Key);
  if (!command) throw failedMember('Key', Key, `must be a command of ${resource.name}`);
  demandNumber(command, Ids);
  const parameters = await readParameters(command, run.Parameters ?? []);
  const records = (await repository.lock(Ids, act.manager)).map((row) => recordFrom(resource, row));
  const found = new Set(records.map(({ Id }) => Id));
  const missing = Ids.find((id) => !found.has(id));
  if (missing !== undefined) throw failedMember('Ids', Ids, `there is no ${resource.name} with Id ${missing}`);
  const ranOn = await repository.note(Ids, { kind: 'command-run', actor: act.actor, reason: Key }, act.manager);
  const originals = new Map(records.map((record) => [record, copyOf(record)]));
  const method = handlersOf(service.constructor as Type<object>).get(Key);
  const handler = service[method as keyof typeof service] as Handler<R>;
  const value = await handler.call(service, inOrderOf(Ids, records), parameters, act);
  for (const [record, was] of originals) await update(act, record, was, `command ${Key}`);
  return { value: value ?? { Ids }, ranOn };
}

/** Checks the role that a command needs beside that of the route. @throws AppError 403 for users without it */
export function demandRole({ role }: CommandDeclaration, holds: (role: string) => boolean): void {
  if (role === undefined || holds(role)) return;
  throw insufficientScope(`This needs the role ${role}.`);
}

function demandNumber({ records = 'any' }: CommandDeclaration, ids: readonly number[]): void {
  const { least, most, fault } = NUMBERS_OF_RECORDS[records];
  if (ids.length < least || ids.length > most) throw failedMember('Ids', ids, fault);
}

/**
 * The parameters as an instance of their class. Their names match without regard to case, like those of a search. A parameter that the command does
 * not have is ignored, like an unknown member.
 */
function readParameters(
  { parameters }: CommandDeclaration,
  sent: readonly CommandParameter[],
): object | Promise<object> {
  const members = parameters ? membersDeclaredBy(parameters) : [];
  const names = new Map(members.map(({ name }) => [name.toLowerCase(), name]));
  const value: Record<string, unknown> = {};
  for (const one of sent) {
    // An array within the array passes the rules of `RunCommand`.
    if (!(one instanceof CommandParameter)) throw failedMember('Parameters', one, 'must be a list of objects');
    const name = names.get(one.Name.toLowerCase()) ?? one.Name;
    if (Object.hasOwn(value, name)) throw failedMember('Parameters', one.Name, `must have ${name} once`);
    Object.defineProperty(value, name, { value: one.Value, enumerable: true });
  }
  return parameters ? readDto(parameters, { value, path: '' }) : {};
}

function inOrderOf<R extends ResourceRecord>(ids: readonly number[], records: readonly R[]): R[] {
  const known = new Map(records.map((record) => [record.Id, record]));
  return ids.flatMap((id) => known.get(id) ?? []);
}
