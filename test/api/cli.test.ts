import { spawnSync } from 'node:child_process';
import { runCliAlone, runCliInTerminal, type CommandResult } from '../support/cli.js';
import { basic, basicOf, RESOURCE, validRecord } from '../support/client.js';
import { Service } from '../support/service.js';

const PASSWORD = 'an Ünusual: passphrase';
const rolesOf = (resource: string): string[] =>
  ['Create', 'Delete', 'Edit', 'List', 'Read'].map((operation) => `${resource}-${operation}`);
const ROLES = [
  ...['AuditTrailEntry-List', 'AuditTrailEntry-Verify', ...rolesOf('Client'), 'Job-Read', 'Job-Run'],
  ...[...rolesOf('RefreshToken'), 'SigningKey-Read', 'SigningKey-Rotate', 'Statistics-Read', 'Token-Introspect'],
  ...[...rolesOf('User'), 'User-Erase', 'User-Export'],
].sort();
const ofScript = spawnSync('script', ['--version'], { encoding: 'utf8' });
/** Other systems have another `script`, or none. */
const itInTerminal = ofScript.error === undefined && ofScript.stdout.includes('util-linux') ? it : it.skip;

/** The commands work on the data of this service. The service is stopped meanwhile, and started again to see their effects. */
let service: Service;

function cli(...args: string[]): Promise<CommandResult> {
  return runCliAlone(service.dataDir, args);
}

function cliWithInput(input: string, ...args: string[]): Promise<CommandResult> {
  return runCliAlone(service.dataDir, args, input);
}

async function statusOfSearch(authorization: string): Promise<number> {
  return (await service.client(authorization).get(RESOURCE)).status;
}

const done = (line: string): CommandResult => ({ code: 0, stdout: `${line}\n`, stderr: '' });
const refused = (line: string): CommandResult => ({ code: 1, stdout: '', stderr: `${line}\n` });
const UNKNOWN_USER = refused('There is no user x@example.com.');
const UNKNOWN_ROLE = refused(`Unknown: Typo. The roles are ${ROLES.join(', ')}.`);

beforeAll(async () => {
  service = await Service.start();
  await service.end();
});
afterAll(() => service.dispose());

describe('users add', () => {
  it('reads the password from the first line of stdin', async () => {
    const roles = ['--role', 'RefreshToken-List', '--role', 'RefreshToken-Create'];
    expect(await cliWithInput(`${PASSWORD}\nnot this`, 'users', 'add', 'Eve@Example.com', ...roles)).toEqual(
      done('Added Eve@Example.com.'),
    );
    expect(await cliWithInput('only small letters', 'users', 'add', 'root@example.com', '--administrator')).toEqual(
      done('Added root@example.com.'),
    );
  });

  it.each([
    ['a taken e-mail', 'ADMIN@example.com', PASSWORD, 'There is a user ADMIN@example.com already.'],
    ['no e-mail', 'nobody', PASSWORD, 'nobody is not an e-mail address.'],
    ['a short password', 'slip@example.com', 'secret\n', 'A password must have 8 to 512 characters.'],
    ['no password', 'slip@example.com', '', 'No password was given.'],
  ])('refuses %s', async (_what, email, input, message) => {
    expect(await cliWithInput(input, 'users', 'add', email)).toEqual(refused(message));
  });

  it('refuses an unknown role, and lists the known roles', async () => {
    expect(
      await cliWithInput(PASSWORD, 'users', 'add', 'slip@example.com', '--role', 'RefreshToken-List', 'Typo'),
    ).toEqual(UNKNOWN_ROLE);
  });

  it('accepts no password as an argument', async () => {
    const { code, stderr } = await cli('users', 'add', 'slip@example.com', PASSWORD);
    expect([code, stderr]).toEqual([1, expect.stringContaining('too many arguments')]);
    expect(stderr).not.toContain(PASSWORD);
  });

  itInTerminal('asks twice at a terminal and shows neither answer', async () => {
    const { code, stdout } = await runCliInTerminal(service.dataDir, 'users add tty@example.com', [PASSWORD, PASSWORD]);
    expect([code, stdout.replaceAll('\r', '')]).toEqual([
      0,
      'Password: \nThe same password again: \nAdded tty@example.com.\n',
    ]);
  });

  itInTerminal('adds no user when the two answers at a terminal differ', async () => {
    const { code, stdout } = await runCliInTerminal(service.dataDir, 'users add slip@example.com', [PASSWORD, 'other']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('The two passwords differ.')]);
  });

  itInTerminal('adds no user when the terminal is interrupted', async () => {
    const interrupted = `${PASSWORD}\u0003`;
    const { code, stdout } = await runCliInTerminal(service.dataDir, 'users add slip@example.com', [interrupted]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('No password was given.')]);
  });
});

describe('users change', () => {
  it('replaces a password', async () => {
    expect(await cliWithInput(`${PASSWORD}\r\n`, 'users', 'change', 'list@example.com', '--password')).toEqual(
      done('Changed list@example.com.'),
    );
  });

  it('makes a user a full administrator, and takes that right away again', async () => {
    expect(await cli('users', 'change', 'none@example.com', '--administrator')).toEqual(
      done('Changed none@example.com.'),
    );
    expect(await cli('users', 'change', 'root@example.com', '--no-administrator')).toEqual(
      done('Changed root@example.com.'),
    );
  });

  it('refuses an unknown user, and a call without changes', async () => {
    expect(await cli('users', 'change', 'x@example.com', '--administrator')).toEqual(UNKNOWN_USER);
    expect(await cli('users', 'change', 'none@example.com')).toEqual(refused('Nothing to change was given.'));
  });
});

describe('users disable and enable', () => {
  it('change the state of the user', async () => {
    expect(await cli('users', 'disable', 'delete@example.com')).toEqual(done('Disabled delete@example.com.'));
    expect(await cli('users', 'disable', 'read@example.com')).toEqual(done('Disabled read@example.com.'));
    expect(await cli('users', 'enable', 'read@example.com')).toEqual(done('Enabled read@example.com.'));
  });

  it('refuse an unknown user', async () => {
    expect(await cli('users', 'disable', 'x@example.com')).toEqual(UNKNOWN_USER);
  });
});

describe('users grant and withdraw', () => {
  it('add roles and remove roles', async () => {
    expect(await cli('users', 'grant', 'edit@example.com', 'RefreshToken-List', 'RefreshToken-Read')).toEqual(
      done('Granted RefreshToken-List, RefreshToken-Read to edit@example.com.'),
    );
    expect(await cli('users', 'withdraw', 'all@example.com', 'RefreshToken-List')).toEqual(
      done('Withdrew RefreshToken-List from all@example.com.'),
    );
  });

  it('refuse an unknown role, even beside known roles', async () => {
    expect(await cli('users', 'grant', 'create@example.com', 'RefreshToken-List', 'Typo')).toEqual(UNKNOWN_ROLE);
    expect(await cli('users', 'withdraw', 'create@example.com', 'RefreshToken-Create', 'Typo')).toEqual(UNKNOWN_ROLE);
  });

  it('refuse an unknown user', async () => {
    expect(await cli('users', 'grant', 'x@example.com', 'RefreshToken-List')).toEqual(UNKNOWN_USER);
  });
});

describe('users list and roles list', () => {
  it('list users as JSON, with the effects of the commands above and without secrets', async () => {
    const { stdout } = await cli('users', 'list', '--json');
    const users = JSON.parse(stdout) as {
      email: string;
      enabled: boolean;
      roles: string[];
      isAdministrator: boolean;
    }[];
    expect(users.find(({ email }) => email === 'delete@example.com')).toEqual({
      email: 'delete@example.com',
      enabled: false,
      isAdministrator: false,
      isTampered: false,
      roles: ['RefreshToken-Delete'],
      mustResetPassword: false,
      hasTotp: false,
      createdOn: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
    });
    expect(users.filter(({ enabled }) => !enabled)).toHaveLength(1);
    expect(users.map(({ email }) => email)).not.toContain('slip@example.com');
    expect(users.filter(({ isAdministrator }) => isAdministrator).map(({ email }) => email)).toEqual([
      'admin@example.com',
      'none@example.com',
    ]);
    expect(users.find(({ email }) => email === 'create@example.com')?.roles).toEqual(['RefreshToken-Create']);
  });

  it('list users as a table', async () => {
    const { code, stdout } = await cli('users', 'list');
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(code).toBe(0);
    expect(lines[0]).toEqual(['E-MAIL', 'STATE', 'CREATED', 'PASSWORD', 'CODE', 'ROLES']);
    expect(lines[1]).toEqual(['admin@example.com', 'enabled', expect.any(String), 'set', 'no', 'full administrator']);
  });

  it('list the roles that routes require', async () => {
    expect(await cli('roles', 'list')).toEqual(done(ROLES.join('\n')));
  });
});

describe('a command', () => {
  it('that does not exist is refused, and the message says what to do', async () => {
    const { code, stderr } = await cli('users', 'remove');
    expect([code, stderr]).toEqual([1, expect.stringContaining("unknown command 'remove'")]);
  });

  it('with bad settings names each bad setting once', async () => {
    const { code, stderr } = await runCliAlone(service.dataDir, ['roles', 'list'], '', {
      PORT: 'x',
      LOG_LEVEL: 'loud',
    });
    expect([code, stderr.match(/^ {2}(PORT|LOG_LEVEL): expected/gm)]).toEqual([
      1,
      ['  PORT: expected', '  LOG_LEVEL: expected'],
    ]);
  });
});

describe('the service, after these commands,', () => {
  beforeAll(() => service.resume());

  it('lets an added user sign in and do what their roles allow', async () => {
    const form = { grant_type: 'password', username: 'eve@example.com', password: PASSWORD };
    const { status, body } = await service.client().form('POST', '/api/token', form);
    expect(status).toBe(200);
    const eve = service.client(`Bearer ${String(body.access_token)}`);
    expect((await eve.post(RESOURCE, validRecord())).status).toBe(200);
    expect((await eve.get(RESOURCE)).status).toBe(200);
    expect((await eve.delete(`${RESOURCE}/1`)).status).toBe(403);
  });

  it('accepts a changed password, and no longer the earlier password', async () => {
    expect(await statusOfSearch(basic('list@example.com', PASSWORD))).toBe(200);
    expect(await statusOfSearch(basicOf('list'))).toBe(401);
  });

  it('lets a full administrator do everything, and a former administrator nothing', async () => {
    expect(await statusOfSearch(basicOf('none'))).toBe(200);
    expect(await statusOfSearch(basic('root@example.com', 'only small letters'))).toBe(403);
  });

  it('refuses a disabled user, and accepts a user who was enabled again', async () => {
    expect(await statusOfSearch(basicOf('delete'))).toBe(401);
    expect(await statusOfSearch(basicOf('read'))).toBe(403);
  });

  it('applies the roles that were granted and withdrawn', async () => {
    expect(await statusOfSearch(basicOf('edit'))).toBe(200);
    expect(await statusOfSearch(basicOf('all'))).toBe(403);
  });

  itInTerminal('accepts the user who was added at a terminal', async () => {
    expect(await statusOfSearch(basic('tty@example.com', PASSWORD))).toBe(403);
  });
});
