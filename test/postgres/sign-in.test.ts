import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from '../support/client.js';
import { register } from '../support/registry.js';
import { Service } from '../support/service.js';
import { ask, disposeWithoutLeaks, isAlive, keepSecret, login } from '../support/sessions.js';

/** One account may fail this often at one address; the next failure blocks. */
const FREE = 5;
const WRONG = 'PASSWORD that is wrong';
const STATEMENT_LOG = join(import.meta.dirname, '../support/statement-log.mjs');

interface Sent {
  readonly name?: string;
  readonly text: string;
}

let service: Service;
let folder: string;
beforeAll(async () => {
  keepSecret(WRONG);
  folder = mkdtempSync(join(tmpdir(), 'tessera-sign-in-'));
  service = await Service.start({
    NODE_OPTIONS: `--import ${STATEMENT_LOG}`,
    STATEMENT_LOG: join(folder, 'log'),
  });
  await register(service, 'several', { SessionsPerUser: 2 });
});
afterAll(async () => {
  await disposeWithoutLeaks(service);
  rmSync(folder, { recursive: true });
});

/** The statements about sign-ins that the service has sent since the previous call. Its jobs send others meanwhile. */
let read = 0;
function sent(): Sent[] {
  const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  const all = lines.slice(read).map((line) => JSON.parse(line) as Sent);
  read = lines.length;
  return all.filter(({ name }) => /^(guess|login|audit-record)/.test(name ?? ''));
}
const namesOf = (statements: readonly Sent[]): (string | undefined)[] => statements.map(({ name }) => name);
const commitsLater = ({ text }: Sent): boolean => text.includes('synchronous_commit');

const guessWrong = (name: string, clientId: string): Promise<Answer> =>
  ask(service, { grant_type: 'password', username: `${name}@example.com`, password: WRONG }, clientId);

describe('a sign-in', () => {
  it('sends two statements, and its answer waits for the commit of the second only', async () => {
    await login(service, 'read', 'app');
    sent();
    expect(await isAlive(service, await login(service, 'read', 'app'))).toBe(true);
    const statements = sent();
    expect(namesOf(statements)).toEqual(['login-reserve', 'login-begin']);
    expect(statements.map(commitsLater)).toEqual([true, false]);
  });

  it('plans its session in a third, if it is the first at the client, or if the client has several sessions for each user', async () => {
    sent();
    await login(service, 'list', 'app');
    expect(namesOf(sent())).toEqual(['login-reserve', 'login-plan', 'login-begin']);
    for (let n = 0; n < 2; n++) {
      await login(service, 'list', 'several');
      expect(namesOf(sent())).toEqual(['login-reserve', 'login-plan-beside', 'login-begin-beside']);
    }
  });

  it('that is refused waits for the commit of the event, which writes the count of the guess to the disk too', async () => {
    sent();
    expect((await guessWrong('read', 'app')).status).toBe(400);
    const statements = sent();
    expect(namesOf(statements)).toEqual(['login-reserve', 'audit-record']);
    expect(statements.map(commitsLater)).toEqual([true, false]);
  });

  it.each(['app', 'several'])(
    'settles its guess with the session at the client %s: its failures begin again',
    async (clientId) => {
      for (let round = 0; round < 3; round++) {
        for (let n = 0; n < FREE; n++) expect((await guessWrong('edit', clientId)).status).toBe(400);
        expect(await isAlive(service, await login(service, 'edit', clientId))).toBe(true);
      }
    },
  );
});
