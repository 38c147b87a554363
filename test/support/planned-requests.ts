import { failedNames, idsOf, RESOURCE, type Client } from './client.js';
import { sessionsEnded } from './cutoffs.js';
import type { Service } from './service.js';
import { ask, tokensOf } from './sessions.js';
import { PASSWORD, USER_ORDERS, USERS } from './users.js';

/** Reads a page of a search, which must succeed. */
async function expectPage(client: Client, query: string, resource = RESOURCE): Promise<void> {
  const { status, text } = await client.get(`${resource}?${query}`);
  if (status !== 200) throw new Error(`${query}: ${status} ${text}`);
}

/** Ends sessions by their Ids, one by one, and by a cutoff, after which one of them signs in again. */
export async function useCutoffs(admin: Client, service: Service, password: string): Promise<void> {
  const form = { username: 'user3@example.com', password, grant_type: 'password' };
  const signIn = async (): Promise<unknown> => tokensOf(await ask(service, form, 'kiosk'));
  await signIn();
  await sessionsEnded(admin, {}, idsOf(await admin.get(`${RESOURCE}?RefreshToken_ClientId=kiosk`)));
  await signIn();
  await sessionsEnded(admin, { Subject: 'user4@example.com' });
  await sessionsEnded(admin, { Everybody: true, DryRun: true });
  // It is about none, and is there while the others are.
  await sessionsEnded(admin, { IssuedBefore: '2000-01-01T00:00:00Z' });
  const { RequestId } = await sessionsEnded(admin, { ClientId: 'kiosk' });
  expect((await admin.get(`${RESOURCE}/ended?requestId=${RequestId}`)).text.split('\n').length).toBeGreaterThan(1);
  await signIn();
}

/** Searches users by everything, reads a page of all, and creates, changes and deletes an administrator. */
export async function useUsers(admin: Client): Promise<void> {
  const filters = [
    ...['Email=user7@example.com', 'Email=user77*', 'FullName=Ada', 'FullName=null', 'Active=false', 'Active=true'],
    ...[
      'IsAdmin=true',
      'MustResetPassword=true',
      'HasSecondFactor=true',
      'SystemId=crm-1',
      'UpdatedBy=service',
      'Id=7',
    ],
  ];
  for (const filter of ['', ...filters.map((each) => `User_${each}`), 'from_User_UpdatedOn=2020-01-01'])
    for (const order of ['Id', ...USER_ORDERS]) await expectPage(admin, `${filter}&orderBy=${order}&dir=1`, USERS);
  await expectPage(admin, 'size=10000', USERS);
  const { body } = await admin.post(USERS, { Email: 'deputy@example.com', Password: PASSWORD, IsAdmin: true });
  const { Id } = body.Value;
  await admin.get(`${USERS}/${Id}`);
  await admin.post(`${USERS}/runcommand`, { Key: 'USER_DISABLE', Ids: [Id] });
  await admin.post(`${USERS}/runcommand`, { Key: 'USER_ENABLE', Ids: [Id] });
  expect((await admin.delete(`${USERS}/${Id}`)).status).toBe(200);
}

/** Reads statistics, of which no event is counted yet, and the state of the service. */
export async function useStatistics(admin: Client): Promise<void> {
  for (const path of ['statistics?from=2025-01-01&by=day', 'statistics', 'state', 'jobs', 'signingkeys'])
    expect((await admin.get(`/api/sys/${path}`)).status).toBe(200);
}

/** Exports and erases a person, who signed in once. */
export async function useErasures(admin: Client, service: Service): Promise<void> {
  const person = { Email: 'erased@example.com', Password: PASSWORD };
  expect((await admin.post(USERS, person)).status).toBe(200);
  tokensOf(await ask(service, { username: person.Email, password: PASSWORD, grant_type: 'password' }));
  expect((await admin.get(`${USERS}/export?User_Email=${person.Email}`)).status).toBe(200);
  expect((await admin.post(`${USERS}/erase`, { Email: person.Email })).status).toBe(200);
}

/** Searches by what has no index: it is compared with few records, or with none. */
export async function useExamination(admin: Client): Promise<void> {
  const none = 'RefreshToken_Address=203.0.113.9&RefreshToken_Device=no%20such%20device';
  for (const few of ['Subject=user77@example.com', 'Subject=user77*&orderBy=IsNew', 'SystemId=crm-77*&orderBy=Subject'])
    expect(idsOf(await admin.get(`${RESOURCE}?${none}&RefreshToken_${few}`))).toEqual([]);
  for (const many of ['', '&RefreshToken_ClientId=web-app&orderBy=Subject&dir=1']) {
    const answer = await admin.get(`${RESOURCE}?${none}${many}`);
    expect([answer.status, failedNames(answer)]).toEqual([400, ['RefreshToken_Address', 'RefreshToken_Device']]);
  }
}
