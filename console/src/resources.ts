/** What the OpenAPI document says about the resources of the service. The console has no list of its own. */

export type Kind = 'text' | 'long' | 'whole' | 'flag' | 'date' | 'choice' | 'reference' | 'other';

export interface Member {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
  readonly isRequired: boolean;
  readonly description: string | undefined;
  readonly choices: readonly string[];
  readonly longest: number | undefined;
  /** The key of the resource whose Id the member is. */
  readonly target: string | undefined;
}

/** A parameter of the search. `name` is that of the parameter, such as `from_Coupon_ValidUntil`. */
export interface Filter extends Member {
  /** What it compares, such as `ValidUntil`. */
  readonly member: string;
  readonly side: 'from' | 'to' | undefined;
}

export type Operation = 'list' | 'read' | 'create' | 'edit' | 'delete' | 'run' | 'commands';

export interface Resource {
  /** The last part of the path, such as `coupons`. */
  readonly key: string;
  /** Such as `Coupon`. */
  readonly name: string;
  readonly label: string;
  readonly path: string;
  /** The roles of each operation that the resource has. One of them is enough. */
  readonly roles: Partial<Record<Operation, readonly string[]>>;
  readonly columns: readonly Member[];
  readonly filters: readonly Filter[];
  readonly orderable: ReadonlySet<string>;
  readonly created: readonly Member[];
  readonly changed: readonly Member[];
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly maxLength?: number;
  readonly allOf?: readonly Schema[];
}
interface Content {
  readonly content?: Record<string, { readonly schema?: Schema }>;
}
interface Route {
  readonly tags?: readonly string[];
  readonly 'x-required-role'?: string | readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: Content;
  readonly responses?: Record<string, Content>;
}
export interface Document {
  readonly paths: Record<string, Partial<Record<'get' | 'post' | 'put' | 'delete', Route>>>;
  readonly components?: { readonly schemas?: Record<string, Schema> };
}

/** The keys of the two resources that have pages of their own. */
export const SESSIONS = 'refreshtokens';
export const TRAIL = 'audittrailentries';

const LIST_ROLE = /^(\w+)-List$/;
/** Text that may be longer than this has a field of several lines. */
const LONG = 300;
/** Members of every record that say little to people. */
const SILENT = new Set(['IsNew', 'LocalizationDetails', 'CustomFields', 'ToStringText']);

/** The resources of the document: each path that can be searched and ordered, with a role `<Name>-List`. */
export function resourcesOf(document: Document): Resource[] {
  const found = Object.entries(document.paths).flatMap(([path, { get }]) => {
    const name = rolesOf(get)
      ?.map((role) => LIST_ROLE.exec(role)?.[1])
      .find(Boolean);
    return get && name && isSearch(get) ? [{ path, name, get }] : [];
  });
  const keys = new Map(found.map(({ path, name }) => [name, keyOf(path)]));
  return found.map(({ path, name, get }) => describe(document, { path, name, get, keys }));
}

/** Other routes with that role, such as an export, are no lists. */
function isSearch({ parameters = [] }: Route): boolean {
  return parameters.some(({ name }) => name === 'orderBy');
}

interface Found {
  readonly path: string;
  readonly name: string;
  readonly get: Route;
  readonly keys: ReadonlyMap<string, string>;
}

function describe(document: Document, { path, name, get, keys }: Found): Resource {
  const collection = document.paths[path] ?? {};
  const one = document.paths[`${path}/{id}`] ?? {};
  const roles = {
    list: rolesOf(get),
    read: rolesOf(one.get),
    create: rolesOf(collection.post),
    edit: rolesOf(one.put),
    delete: rolesOf(one.delete),
    commands: rolesOf(document.paths[`${path}/commands`]?.get),
    run: rolesOf(document.paths[`${path}/runcommand`]?.post),
  };
  const members = (schema: Schema | undefined): Member[] => membersOf(document, schema, keys);
  const body = (route: Route | undefined): Member[] =>
    members(jsonOf(route?.requestBody)).filter((member) => member.name !== 'Id');
  const list = jsonOf(get.responses?.['200']);
  const envelope = list?.oneOf ?? [list];
  const records = envelope.map((schema) => resolved(document, schema)?.properties?.Records?.items).find(Boolean);
  const parameters = get.parameters ?? [];
  return {
    ...{ key: keyOf(path), name, path, label: sentence(get.tags?.[0] ?? keyOf(path)) },
    roles: Object.fromEntries(Object.entries(roles).filter(([, value]) => value)),
    columns: members(one.get ? jsonOf(one.get.responses?.['200']) : records).filter((m) => !SILENT.has(m.name)),
    filters: parameters.flatMap((parameter) => filterOf(parameter, name, keys)),
    orderable: new Set((parameters.find((p) => p.name === 'orderBy')?.schema?.enum ?? []) as string[]),
    created: body(collection.post),
    changed: body(one.put),
  };
}

function rolesOf(route: Route | undefined): readonly string[] | undefined {
  const role = route?.['x-required-role'];
  return role === undefined ? undefined : [role].flat();
}

function keyOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function jsonOf(body: Content | undefined): Schema | undefined {
  return body?.content?.['application/json']?.schema;
}

/** The schema itself, also where the document refers to it, or has several that it can be. */
function resolved(document: Document, schema: Schema | undefined): Schema | undefined {
  const { $ref: reference } = schema ?? {};
  if (reference !== undefined) return document.components?.schemas?.[reference.slice(reference.lastIndexOf('/') + 1)];
  const parts = (schema?.allOf ?? []).map((part) => resolved(document, part));
  return parts.length === 0
    ? schema
    : { ...schema, properties: Object.assign({}, ...parts.map((part) => part?.properties)) as Record<string, Schema> };
}

function membersOf(document: Document, schema: Schema | undefined, keys: ReadonlyMap<string, string>): Member[] {
  const { properties = {}, required = [] } = resolved(document, schema) ?? {};
  return Object.entries(properties).map(([name, property]) => memberOf(name, property, required.includes(name), keys));
}

function memberOf(name: string, schema: Schema, isRequired: boolean, keys: ReadonlyMap<string, string>): Member {
  const kinds = [schema, ...(schema.anyOf ?? [])].filter((part) => !isNullFilter(part));
  const choices = kinds.flatMap(({ enum: values = [] }) => values).filter((value) => typeof value === 'string');
  const isNumber = kinds.some(({ type }) => [type ?? []].flat().includes('integer'));
  const target = isNumber && name.endsWith('Id') ? keys.get(name.slice(0, -2)) : undefined;
  return {
    ...{ name, label: sentence(name), isRequired, choices, target, description: schema.description },
    kind: target === undefined ? kindOf(kinds, choices.length > 0, schema.maxLength) : 'reference',
    longest: schema.maxLength,
  };
}

/** A search takes `null` and `notnull` beside the values of a member. */
function isNullFilter({ enum: values }: Schema): boolean {
  return values?.includes('notnull') ?? false;
}

function kindOf(schemas: readonly Schema[], isChoice: boolean, longest = 0): Kind {
  const has = (type: string): boolean => schemas.some((schema) => [schema.type ?? []].flat().includes(type));
  if (has('array') || has('object')) return 'other';
  if (schemas.some(({ format }) => format === 'date-time')) return 'date';
  if (has('boolean')) return 'flag';
  if (has('integer') || has('number')) return 'whole';
  if (isChoice) return 'choice';
  if (!has('string')) return 'other';
  return longest > LONG ? 'long' : 'text';
}

function filterOf(
  parameter: NonNullable<Route['parameters']>[number],
  name: string,
  keys: ReadonlyMap<string, string>,
): Filter[] {
  const [, side, member] = new RegExp(`^(?:(from|to)_)?${name}_(\\w+)$`).exec(parameter.name) ?? [];
  if (parameter.in !== 'query' || member === undefined) return [];
  const found = memberOf(member, { ...parameter.schema, description: parameter.description }, false, keys);
  return [{ ...found, member, name: parameter.name, side: side as 'from' | 'to' | undefined }];
}

/** `ValidUntil` is `Valid until`. */
function sentence(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ');
  return words.map((word, n) => (n > 0 && !/^[A-Z]{2,}$/.test(word) ? word.toLowerCase() : word)).join(' ');
}
