import type { Answer, Client } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, the } from '../support/sessions.js';
import { PASSWORD, runOn, USER_ROLES, USERS, UsersOf } from '../support/users.js';

let service: Service;
let users: UsersOf;
let admin: Client;
/** A user with all roles of the resource, who is no full administrator. */
let clerk: Client;

beforeAll(async () => {
  service = await Service.start();
  users = new UsersOf(service);
  admin = users.admin;
  await users.make({ Email: 'clerk@example.com', Roles: [...USER_ROLES, 'RefreshToken-List'] });
  clerk = users.clientOf('clerk@example.com');
});
afterAll(() => disposeWithoutLeaks(service));

describe('a caller who is no full administrator', () => {
  it('may write users who have no more rights, and grant the own rights', async () => {
    const { body } = await clerk.post(USERS, { Email: 'junior@example.com', Password: PASSWORD, Roles: ['User-Read'] });
    const { Id } = (body as { Value: { Id: number } }).Value;
    const Email = 'junior@example.com';
    expect((await clerk.put(USERS, { Id, Email, Roles: ['RefreshToken-List'] })).status).toBe(200);
    expect((await runOn(clerk, 'USER_DISABLE', Id)).status).toBe(200);
    expect((await clerk.delete(`${USERS}/${Id}`)).status).toBe(200);
  });

  it('can neither get rights, nor take over a user who has more', async () => {
    const own = await users.find('clerk@example.com');
    const boss = await users.make({ Roles: ['RefreshToken-Delete'] });
    const chief = await users.find('admin@example.com');
    const post = (body: object): Promise<Answer> => clerk.post(USERS, { Email: 'new@example.com', ...body });
    const answers = [
      await post({ IsAdmin: true }),
      await post({ Roles: ['RefreshToken-Delete'] }),
      await clerk.put(USERS, { Id: own.Id, Email: own.Email, IsAdmin: true }),
      await clerk.put(USERS, { Id: own.Id, Email: own.Email, Roles: [...USER_ROLES, 'RefreshToken-Delete'] }),
      ...(await Promise.all(
        [boss, chief].flatMap(({ Id, Email }) => [
          clerk.put(USERS, { Id, Email, Password: 'a stolen account' }),
          clerk.put(USERS, { Id, Email, Roles: [], IsAdmin: false }),
          // These two have no second factor, and are enabled: a command that would change nothing is refused too.
          runOn(clerk, 'USER_REMOVE_SECOND_FACTOR', Id),
          runOn(clerk, 'USER_ENABLE', Id),
          runOn(clerk, 'USER_DISABLE', Id),
          clerk.delete(`${USERS}/${Id}`),
        ]),
      )),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    expect(await users.read(boss.Id)).toEqual(boss);
    expect(await users.read(own.Id)).toEqual(own);
    expect((await admin.get(`${USERS}?User_Email=new@example.com`)).body).toMatchObject({ TotalItems: 0 });
  });
});

describe('the last full administrator', () => {
  it('cannot be disabled, demoted or deleted', async () => {
    const { Id, Email } = await users.find('admin@example.com');
    const answers = [
      await admin.put(USERS, { Id, Email, Active: false }),
      await admin.put(USERS, { Id, Email, IsAdmin: false }),
      await runOn(admin, 'USER_DISABLE', Id),
      await admin.delete(`${USERS}/${Id}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    expect((await admin.get(`${USERS}/${Id}`)).status).toBe(200);
  });

  it('is left when two full administrators demote each other at the same time', async () => {
    const first = await users.find('admin@example.com');
    const deputy = await users.make({ IsAdmin: true });
    const clients = [admin, users.clientOf(deputy.Email)] as const;
    // Both are signed in, so that each request is as short as it can be.
    for (const client of clients) await client.get(`${USERS}?size=1`);
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([
        clients[0].put(USERS, { Id: deputy.Id, Email: deputy.Email, IsAdmin: false }),
        clients[1].put(USERS, { Id: first.Id, Email: first.Email, IsAdmin: false }),
      ]);
      // The second may have lost the right before it was asked for, or when it was used.
      const done = answers.map(({ status }) => status === 200);
      expect(done.filter(Boolean)).toEqual([true]);
      const winner = the(clients[done.indexOf(true)]);
      const loser = done[0] ? deputy : first;
      expect((await winner.put(USERS, { Id: loser.Id, Email: loser.Email, IsAdmin: true })).status).toBe(200);
    }
    expect((await admin.delete(`${USERS}/${deputy.Id}`)).status).toBe(200);
  });

  it('is kept by the command line too, which deletes other users', async () => {
    const { Id, Email } = await users.make();
    await service.end();
    const cli = (...args: string[]) => runCli(service.dataDir, ['users', ...args]);
    const refusals = [
      await cli('change', 'admin@example.com', '--no-administrator'),
      await cli('delete', 'admin@example.com', '--yes'),
    ];
    for (const { code, stderr } of refusals)
      expect([code, stderr]).toEqual([1, expect.stringContaining('the last full administrator')]);
    expect((await cli('delete', Email, '--yes')).stdout).toBe(`Deleted ${Email}.\n`);
    expect((await runCli(service.dataDir, ['totp', 'enable', 'list@example.com'])).code).toBe(0);
    await service.resume();
    expect((await admin.get(`${USERS}/${Id}`)).status).toBe(404);
    const listed = (await users.find('list@example.com')).Id;
    expect((await users.read(listed))['HasSecondFactor']).toBe(true);
    expect((await runOn(admin, 'USER_REMOVE_SECOND_FACTOR', listed)).status).toBe(200);
    expect((await users.read(listed))['HasSecondFactor']).toBe(false);
    await login(service, 'list');
  });
});
