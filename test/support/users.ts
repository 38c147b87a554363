import { basic, basicOf, idsOf, type Answer, type Client } from './client.js';
import type { Service } from './service.js';
import { ask, keepSecret, the } from './sessions.js';

/** The path of the User resource. */
export const USERS = '/api/sys/users';
/** The password of every user that `UsersOf` makes. */
export const PASSWORD = 'a passphrase of a new user';
/** All roles of the resource. */
export const USER_ROLES = ['Create', 'Read', 'List', 'Edit', 'Delete'].map((operation) => `User-${operation}`);

/** Members by which users can be ordered. */
export const USER_ORDERS = [
  ...['Email', 'FullName', 'CreatedOn', 'UpdatedOn', 'UpdatedBy'],
  ...['UniqueId', 'IsNew', 'ToStringText'],
];

/** A user as the API shows it. */
export interface UserView {
  readonly Id: number;
  readonly Email: string;
  readonly [member: string]: unknown;
}

/** The users of a service, as its administrator makes and reads them. */
export class UsersOf {
  readonly admin: Client;
  private count = 0;

  constructor(private readonly service: Service) {
    this.admin = service.client(basicOf('admin'));
    keepSecret(PASSWORD);
  }

  /** Creates a user and returns the record. */
  async make(members: Record<string, unknown> = {}): Promise<UserView> {
    const Email = `user${++this.count}@example.com`;
    const { status, text, body } = await this.admin.post(USERS, { Email, Password: PASSWORD, ...members });
    if (status !== 200) throw new Error(`The user was not created: ${status} ${text}`);
    return this.read((body as { Value: { Id: number } }).Value.Id);
  }

  async read(id: number): Promise<UserView> {
    const { status, text, body } = await this.admin.get(`${USERS}/${id}`);
    if (status !== 200) throw new Error(`The user was not read: ${status} ${text}`);
    return body as UserView;
  }

  async find(email: string): Promise<UserView> {
    return this.read(the(idsOf(await this.admin.get(`${USERS}?User_Email=${encodeURIComponent(email)}`))[0]));
  }

  /** A client that names a user by HTTP Basic. */
  clientOf(email: string, password = PASSWORD): Client {
    return this.service.client(basic(email, password));
  }

  signIn(email: string, password = PASSWORD): Promise<Answer> {
    return ask(this.service, { grant_type: 'password', username: email, password }, 'phone');
  }
}

/** Runs a command on users. */
export function runOn(client: Client, Key: string, ...Ids: number[]): Promise<Answer> {
  return client.post(`${USERS}/runcommand`, { Key, Ids });
}
