import { basicOf, type Answer } from './client.js';
import type { Service } from './service.js';

/** The path of the resource. */
export const CLIENTS = '/api/sys/clients';

/** A body that registers a public client under the default policy. */
export function validClient(clientId: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const required = {
    ClientId: clientId,
    Name: clientId,
    Enabled: true,
    AuthenticationMethod: 'none',
    DpopRequired: false,
  };
  return { ...required, ...changes };
}

/** Registers a client and returns its Id. */
export async function register(
  service: Service,
  clientId: string,
  changes: Record<string, unknown> = {},
): Promise<number> {
  return idOf(await service.client(basicOf('admin')).post(CLIENTS, validClient(clientId, changes)));
}

/** Changes members of a registered client. */
export async function change(service: Service, id: number, changes: Record<string, unknown>): Promise<void> {
  idOf(await tryChange(service, id, changes));
}

export async function tryChange(service: Service, id: number, changes: Record<string, unknown>): Promise<Answer> {
  const admin = service.client(basicOf('admin'));
  const { body } = await admin.get(`${CLIENTS}/${id}`);
  return admin.put(CLIENTS, { ...(body as object), ...changes });
}

/** Runs a command of the resource on a client, and returns its Value. */
export async function runOn(service: Service, key: string, id: number): Promise<Readonly<Record<string, unknown>>> {
  const run = { Key: key, Ids: [id] };
  const { status, text, body } = await service.client(basicOf('admin')).post(`${CLIENTS}/runcommand`, run);
  if (status !== 200) throw new Error(`The command was not run: ${status} ${text}`);
  return (body as { Value: Readonly<Record<string, unknown>> }).Value;
}

function idOf({ status, text, body }: Answer): number {
  if (status !== 200) throw new Error(`The client was not written: ${status} ${text}`);
  return (body as { Value: { Id: number } }).Value.Id;
}
