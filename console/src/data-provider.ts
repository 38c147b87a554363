import { HttpError, type DataProvider, type GetListParams, type Identifier, type RaRecord } from 'react-admin';
import type { Service } from './access.js';
import { call } from './api.js';
import type { Operation, Resource } from './resources.js';

/** A record as the API sends it. */
export type ApiRecord = Record<string, unknown> & { readonly Id: number };

interface List {
  readonly Records: readonly ApiRecord[];
  readonly TotalItems: number;
}

const named = (record: ApiRecord): RaRecord => ({ ...record, id: record.Id });

/** Translates the calls of react-admin to the conventions of the contract. Filters have the names of the search's parameters. */
export function dataProviderOf({ resources, access }: Service): DataProvider {
  const of = (key: string): Resource => {
    const found = resources.find((resource) => resource.key === key);
    if (!found) throw new Error(`The service has no resource ${key}.`);
    return found;
  };
  /** Runs a request. The console remembers a role that is missing, and does not offer the operation again. */
  async function run<T>(key: string, operation: Operation, act: (resource: Resource) => Promise<T>): Promise<T> {
    const resource = of(key);
    return act(resource).catch((error: unknown) => {
      if (error instanceof HttpError && error.status === 403) access.deny(resource, operation);
      throw error;
    });
  }
  /** The entity tags of the records that a form was filled with: the service refuses a write of a record that changed meanwhile. */
  const tags = new Map<string, string | null>();

  async function getList(
    key: string,
    { pagination, sort, filter, meta }: GetListParams,
  ): ReturnType<DataProvider['getList']> {
    const { page = 1, perPage = 25 } = pagination ?? {};
    const { field, order } = sort ?? { field: 'Id', order: 'DESC' };
    const query = new URLSearchParams({ page: String(page), size: String(perPage) });
    query.set('orderBy', field === 'id' ? 'Id' : field);
    query.set('dir', order === 'DESC' ? '1' : '0');
    const { beginsWith: begins = [] } = (meta ?? {}) as { beginsWith?: readonly string[] };
    for (const [name, value] of Object.entries(filter as Record<string, string | number | null | undefined>))
      if (value !== '' && value != null)
        query.set(name, begins.includes(name) ? beginningWith(String(value)) : String(value));
    const { body } = await run(key, 'list', ({ path }) => call<List>(`${path}?${query}`));
    return { data: body.Records.map(named), total: body.TotalItems };
  }

  async function getOne(key: string, id: Identifier): Promise<{ data: RaRecord }> {
    const { path, roles } = of(key);
    if (roles.read) {
      const { body, tag } = await run(key, 'read', () => call<ApiRecord>(`${path}/${id}`));
      tags.set(`${key}/${id}`, tag);
      return { data: named(body) };
    }
    const { body } = await run(key, 'list', () => call<List>(`${path}?Id=${id}`));
    const [record] = body.Records;
    if (!record) throw new Error(`${of(key).name} ${id} does not exist.`);
    return { data: named(record) };
  }

  async function update(key: string, id: Identifier, data: object): Promise<{ data: RaRecord }> {
    const members = Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'id'));
    const tag = tags.get(`${key}/${id}`);
    await run(key, 'edit', ({ path }) => call(`${path}/${id}`, 'PUT', { ...members, Id: Number(id) }, tag));
    return getOne(key, id);
  }

  async function remove(key: string, ids: readonly Identifier[]): Promise<void> {
    for (const id of ids) await run(key, 'delete', ({ path }) => call(`${path}/${id}`, 'DELETE'));
  }

  return {
    getList,
    getManyReference: (key: string, { target, id, ...params }: GetListParams & { target: string; id: Identifier }) =>
      getList(key, { ...params, filter: { ...(params.filter as object), [`${of(key).name}_${target}`]: id } }),
    getOne: (key: string, { id }: { id: Identifier }) => getOne(key, id),
    async getMany(key: string, { ids }: { ids: readonly Identifier[] }) {
      const batch = `?id=[${ids.join()}]`;
      const { body } = await run(key, 'read', ({ path }) => call<readonly ApiRecord[]>(path + batch));
      return { data: body.map(named) };
    },
    async create(key: string, { data }: { data: object }) {
      interface Created {
        readonly Value: { readonly Id: number };
      }
      const { body } = await run(key, 'create', ({ path }) => call<Created>(path, 'POST', data));
      return { data: { ...data, id: body.Value.Id } };
    },
    update: (key: string, { id, data }: { id: Identifier; data: object }) => update(key, id, data),
    async updateMany(key: string, { ids, data }: { ids: readonly Identifier[]; data: object }) {
      for (const id of ids) await update(key, id, data);
      return { data: [...ids] };
    },
    async delete(key: string, { id, previousData }: { id: Identifier; previousData?: RaRecord }) {
      await remove(key, [id]);
      return { data: previousData ?? { id } };
    },
    async deleteMany(key: string, { ids }: { ids: readonly Identifier[] }) {
      await remove(key, ids);
      return { data: [...ids] };
    },
  } as DataProvider;
}

/** A search with a `*` at the end finds what begins with the text (contract 1.6). */
export function beginningWith(text: string): string {
  return text.endsWith('*') ? text : `${text}*`;
}
