import type { DynamicModule, Type } from '@nestjs/common';
import type { SettingsSource } from './config/given-settings.js';
import { Grant } from './oauth/grants/grant.js';

/**
 * A module of Nest: a class with `@Module()`, or what a method such as `forRoot()` returns.
 * @publicApi
 */
export type NestModule = Type<unknown> | DynamicModule;

/**
 * What a team adds to the service.
 * @publicApi
 */
export interface TesseraDefinition {
  /** The modules with routes, jobs, entities and migrations of their own. */
  readonly modules?: readonly NestModule[];
  /** Grants of the token endpoint. They may inject what the modules export. A grant may also be a provider of one of the modules. */
  readonly grants?: readonly Type<Grant>[];
  /** Makes the settings. Without it, the environment has them. */
  readonly settings?: SettingsSource;
}

/** A definition that cannot be used. The message says what was wrong, and where. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

/** The same in every copy of the package, so that a definition of another copy can be recognised. */
const MADE_BY = Symbol.for('tessera.definition');
const MEMBERS: readonly string[] = ['modules', 'grants', 'settings'];
/** What `@Module()` and `@Global()` write on a class. */
const MODULE_METADATA = ['imports', 'providers', 'controllers', 'exports', '__module:global__'];

/** The definitions that this copy of the package made. */
const own = new WeakSet();

/**
 * Defines what a team adds to the service. The default export of `tessera.config.js` is such a definition: the server, all commands and
 * the migrations read that file.
 * @throws DefinitionError that names a member or a module that cannot be used
 * @publicApi
 */
export function defineTessera(definition: TesseraDefinition): TesseraDefinition {
  demandDefinition(definition);
  const defined = Object.freeze({ ...definition, [MADE_BY]: import.meta.url });
  own.add(defined);
  return defined;
}

/**
 * Checks that a value was made by `defineTessera` of this copy of the package.
 * @throws DefinitionError that says what the value is instead
 */
export function demandOwn(value: unknown, where: string): asserts value is TesseraDefinition {
  const maker = isObject(value) ? value[MADE_BY] : undefined;
  if (typeof maker !== 'string')
    throw new DefinitionError(
      `${where} does not export a definition: expected \`export default defineTessera({ modules: […] })\`.`,
    );
  if (!own.has(value as object))
    throw new DefinitionError(
      `${where} uses another copy of the package tessera (${maker}) than this command (${import.meta.url}). ` +
        'Run the command of that copy: `npx tessera` in the folder where it is installed.',
    );
}

/**
 * Checks the members of a definition.
 * @throws DefinitionError that names the member or module that cannot be used
 */
export function demandDefinition(definition: TesseraDefinition): void {
  const given: unknown = definition;
  if (!isObject(given))
    throw new DefinitionError(`Expected an object with ${MEMBERS.map((name) => `\`${name}\``).join(', ')}.`);
  const unknown = Object.keys(given).filter((name) => !MEMBERS.includes(name));
  if (unknown.length > 0)
    throw new DefinitionError(`A definition has the members ${MEMBERS.join(', ')}, and no ${unknown.join(', ')}.`);
  const { modules = [], grants = [], settings } = given;
  if (settings !== undefined && typeof settings !== 'function')
    throw new DefinitionError('`settings` must be a function that returns the settings.');
  if (!Array.isArray(modules)) throw new DefinitionError('`modules` must be a list of modules.');
  demandModules(modules);
  if (!Array.isArray(grants)) throw new DefinitionError('`grants` must be a list of classes that extend Grant.');
  demandGrants(grants);
}

/** @throws DefinitionError that names the first value that is no module, or a module that the list has twice */
function demandModules(modules: readonly unknown[]): void {
  const classes = modules.map((module, index) => {
    const type: unknown = isObject(module) ? module['module'] : module;
    if (typeof type !== 'function')
      throw new DefinitionError(`\`modules[${index}]\` is no module: expected a class with @Module().`);
    if (type === module && !MODULE_METADATA.some((name) => Reflect.hasMetadata(name, type)))
      throw new DefinitionError(`${type.name} in \`modules\` is no module: it has no @Module() with members.`);
    return type;
  });
  const twice = classes.find((type, index) => classes.indexOf(type) !== index);
  if (twice) throw new DefinitionError(`${twice.name} is twice in \`modules\`. Import each module once.`);
}

/** @throws DefinitionError that names the first value that is no grant, or a grant that the list has twice */
function demandGrants(grants: readonly unknown[]): void {
  for (const [index, grant] of grants.entries()) {
    if (typeof grant !== 'function') throw new DefinitionError(`\`grants[${index}]\` is no class that extends Grant.`);
    if (!(grant.prototype instanceof Grant))
      throw new DefinitionError(`${grant.name} in \`grants\` does not extend Grant.`);
    if (grants.indexOf(grant) !== index) throw new DefinitionError(`${grant.name} is twice in \`grants\`.`);
  }
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null;
}
