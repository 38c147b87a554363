import { USERS } from './fixtures.mjs';

/** An answer of the service: its status, headers and body, parsed when it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a test reads of a body is what it proves
  readonly body: any;
}

/** The path of the resource. */
export const RESOURCE = '/api/sys/refreshtokens';

/** A plain HTTP client of the service. */
export class Client {
  constructor(
    private readonly url: string,
    private readonly authorization?: string,
  ) {}

  async send(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string | Uint8Array; signal?: AbortSignal | undefined } = {},
  ): Promise<Answer> {
    const headers = { ...(this.authorization && { authorization: this.authorization }), ...init.headers };
    const response = await fetch(this.url + path, {
      method,
      headers,
      ...(init.body !== undefined && { body: init.body }),
      ...(init.signal && { signal: init.signal }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined,
    };
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.sendJson('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.sendJson('PUT', path, body);
  }

  /** Sends a form. */
  form(
    method: string,
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.send(method, path, { headers: { ...type, ...headers }, body: new URLSearchParams(fields).toString() });
  }

  private sendJson(method: string, path: string, body: unknown): Promise<Answer> {
    return this.send(method, path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }
}

/** `Authorization: Basic` for an e-mail and a password. */
export function basic(email: string, password: string): string {
  return `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
}

/** The password of a fixture user, by the name before the `@`. */
export function passwordOf(name: string): string {
  const user = USERS.find(({ email }) => email === `${name}@example.com`);
  if (!user) throw new Error(`There is no fixture user ${name}.`);
  return user.password;
}

/** `Authorization: Basic` of a fixture user: admin, create, read, list, edit, delete, all or none. */
export function basicOf(name: string): string {
  return basic(`${name}@example.com`, passwordOf(name));
}

/** A body that creates a valid record. `changes` replaces members; undefined removes a member. */
export function validRecord(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Subject: 'ada@example.com',
    ClientId: 'mobile-app',
    ExpiresOn: '2030-01-31T12:00:00Z',
    ProtectedTicket: 'sealed-ticket',
    TicketHash: 'aGFzaA==',
    TicketSalt: 'c2FsdA==',
    ...changes,
  };
}

/** Creates a valid record, `changes` as above, and returns its Id. */
export async function create(client: Client, changes: Record<string, unknown> = {}): Promise<number> {
  const { status, text, body } = await client.post(RESOURCE, validRecord(changes));
  if (status !== 200) throw new Error(`The record was not created: ${status} ${text}`);
  return (body as { Value: { Id: number } }).Value.Id;
}

/** The Ids of the records in the answer to a search or a batch, in the order of the answer. */
export function idsOf({ status, text, body }: Answer): number[] {
  if (status !== 200) throw new Error(`No records were found: ${status} ${text}`);
  const records = (Array.isArray(body) ? body : (body as { Records: unknown }).Records) as { Id: number }[];
  return records.map(({ Id }) => Id);
}

/** The members or parameters that a failed validation names, in the order of the answer. */
export function failedNames({ body }: Answer): string[] {
  return (body as { Errors: { PropertyName: string }[] }).Errors.map(({ PropertyName }) => PropertyName);
}

/** Expects a failed validation in the contract's form (1.4), to the letter. */
export function expectFailures(
  { status, text, headers }: Answer,
  ...failures: [name: string, message: string, attempted: unknown][]
): void {
  expect(text).toBe(
    JSON.stringify({
      Message: failures.map(([name, message]) => `${name}: ${message}`).join('; '),
      Value: null,
      Errors: failures.map(([PropertyName, Message, AttemptedValue]) => ({ AttemptedValue, Message, PropertyName })),
      WasSuccessful: false,
    }),
  );
  expect([status, headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8']);
}

/** The number of records. */
export async function countRecords(client: Client): Promise<number> {
  const { body } = await client.get(`${RESOURCE}?size=1`);
  return (body as { TotalItems: number }).TotalItems;
}

/** `Authorization: Bearer` of a new access token of a fixture user. */
export async function bearerOf(client: Client, name: string): Promise<string> {
  const form = { grant_type: 'password', username: `${name}@example.com`, password: passwordOf(name) };
  const { status, text, body } = await client.form('POST', '/api/token', form);
  if (status !== 200) throw new Error(`No token was issued: ${status} ${text}`);
  return `Bearer ${(body as { access_token: string }).access_token}`;
}
