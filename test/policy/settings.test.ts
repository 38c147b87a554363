import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostUrls } from '../../src/config/database-url.js';
import { Settings } from '../../src/config/settings.js';
import { SettingsError } from '../../src/config/settings-error.js';

const SECRET = 'a secret of forty-three characters or more: this';
const DATABASE = 'postgres://tessera:a-password@127.0.0.1:5432/tessera';

const GIVEN = { TESSERA_SECRET: SECRET };
const FORM =
  'expected postgres://user:password@host:port/database with the special characters of a password percent-encoded';
const NO_HOST = 'DATABASE_URL: expected a host before and after each comma of its list of hosts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-settings-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(content: string | Uint8Array): string {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

function faultsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    Settings.load({ DATA_DIR: folder, ...environment });
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe('a secret setting', () => {
  it('can be given as a file, whose last line break is ignored', () => {
    const settings = Settings.load({
      DATABASE_URL_FILE: file(`${DATABASE}\n`),
      TESSERA_SECRET_FILE: file(`${SECRET}\r\n`),
      TESSERA_SECRET_PREVIOUS_FILE: file(`${SECRET}1,${SECRET}2`),
      ADMIN_PASSWORD_FILE: file(' a password with a blank in front \n'),
      ADMIN_PASSWORD: '',
    });
    expect(settings).toMatchObject({
      DATABASE_URL: DATABASE,
      TESSERA_SECRET: SECRET,
      TESSERA_SECRET_PREVIOUS: [`${SECRET}1`, `${SECRET}2`],
      ADMIN_PASSWORD: ' a password with a blank in front ',
    });
  });

  it.each(['TESSERA_SECRET', 'TESSERA_SECRET_PREVIOUS', 'ADMIN_PASSWORD', 'DATABASE_URL'])(
    '%s names what is wrong with its file, and shows neither path nor content',
    (name) => {
      const subfolder = join(folder, `${name}-folder`);
      mkdirSync(subfolder);
      for (const [given, fault] of [
        [{ [`${name}_FILE`]: join(folder, 'nowhere') }, 'expected a file that can be read: there is no such file'],
        [{ [`${name}_FILE`]: subfolder }, 'expected a file that can be read: it is a folder'],
        [{ [`${name}_FILE`]: file('\n') }, 'expected a file that is not empty'],
        [{ [`${name}_FILE`]: file(Buffer.from([0xff, 0x41])) }, 'expected a file of UTF-8 text'],
        [{ [`${name}_FILE`]: file(SECRET), [name]: SECRET }, `expected to be absent, since ${name} is set`],
      ] as const) {
        expect(faultsOf(given)).toEqual([`${name}_FILE: ${fault}`]);
      }
    },
  );

  it('with a wrong value in a file is reported like any other, and not shown', () => {
    expect(faultsOf({ TESSERA_SECRET_FILE: file('short'), DATABASE_URL_FILE: file('mysql://secret') })).toEqual([
      expect.stringMatching(/^DATABASE_URL: expected postgres:[^,]*$/),
      expect.stringMatching(/^TESSERA_SECRET: expected 32 random bytes(?!.*short)/),
    ]);
  });

  it('in a file without read permission is reported', () => {
    const path = file(SECRET);
    chmodSync(path, 0o000);
    // Root can read every file, and containers of tests often run as root.
    const expected =
      process.getuid?.() === 0
        ? []
        : ['TESSERA_SECRET_FILE: expected a file that can be read: this process may not read it'];
    expect(faultsOf({ TESSERA_SECRET_FILE: path })).toEqual(expected);
  });

  it('in an unreadable file prevents the service from making its own secret', () => {
    const dataDir = join(folder, 'untouched');
    expect(faultsOf({ DATA_DIR: dataDir, DATABASE_URL_FILE: join(folder, 'nowhere') })).toHaveLength(1);
    expect(() => {
      mkdirSync(dataDir);
    }).not.toThrow();
  });
});

describe('the allowed origins', () => {
  it('can be those of web pages, local servers and apps in a web view', () => {
    const origins = ['https://app.example.com', 'http://localhost:5173', 'http://[::1]:8080', 'capacitor://localhost'];
    expect(Settings.load({ DATA_DIR: folder, ALLOWED_ORIGINS: origins.join(' , ') }).ALLOWED_ORIGINS).toEqual(origins);
    expect(Settings.load({ DATA_DIR: folder }).ALLOWED_ORIGINS).toEqual([]);
  });

  it.each([
    ['*', '; * is a pattern: list each origin'],
    ['https://*.example.com', '; https://*.example.com is a pattern: list each origin'],
    ['null', '; null stands for every document without an origin, so it is refused'],
    ['https://a.example/', '; https://a.example/ is not an origin: write https://a.example'],
    ['https://a.example/app', '; https://a.example/app is not an origin: write https://a.example'],
    ['https://A.example:443', '; https://A.example:443 is not an origin: write https://a.example'],
    ['app.example.com', '; app.example.com is not an origin'],
    ['https://a b.example', '; https://a b.example is not an origin'],
    ['https://user@a.example', '; https://user@a.example is not an origin: write https://a.example'],
    ['https://a.example,', '; an entry is empty'],
  ])('cannot be %s, and the message says why', (given, fault) => {
    const sent = JSON.stringify(given.split(','));
    expect(faultsOf({ ALLOWED_ORIGINS: `https://good.example,${given}` })).toEqual([
      `ALLOWED_ORIGINS: expected origins such as https://app.example.com, separated by commas${fault}, got ${sent.replace('[', '["https://good.example",')}`,
    ]);
  });
});

describe('DATABASE_URL', () => {
  const parts = (url: string, defaults = {}): Record<string, string>[] =>
    hostUrls(url, defaults).map((one) => ({
      database: new URL(one).pathname,
      ...Object.fromEntries(new URL(one).searchParams),
    }));

  it.each([
    ['postgres://u:p%23%40@h:5433/d', [{ database: '/d', user: 'u', password: 'p#@', host: 'h', port: '5433' }]],
    ['postgres://u:50%@h/d', [{ database: '/d', user: 'u', password: '50%', host: 'h' }]],
    ['postgresql://a:1,[::1]:2,c/d', ['a 1', '::1 2', 'c'].map(atHost)],
    ['postgres:///d?host=a,b&port=5433', ['a 5433', 'b 5433'].map(atHost)],
    ['postgres:///d?host=/run/postgresql', [{ ...atHost('/run/postgresql'), ssl: '0' }]],
    ['postgres://%2Frun%2Fpostgresql:5433/d?sslmode=require', [{ ...atHost('/run/postgresql 5433'), ssl: '0' }]],
    ['postgres://h/d?sslmode=require', [{ ...atHost('h'), sslmode: 'verify-full' }]],
    ['postgres://h/d?sslmode=verify-full&sslrootcert=system', [{ ...atHost('h'), sslmode: 'verify-full' }]],
    ['postgres://a,b/d?target_session_attrs=read-write', ['a', 'b'].map(atHost)],
  ])('%s is read', (url, expected) => {
    expect(parts(url)).toEqual(expected);
  });

  it('reads from PGSSLMODE and PGSSLROOTCERT what it does not set itself', () => {
    const defaults = { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: '/ca.crt' };
    const [set] = parts('postgres://h/d?sslmode=verify-full&sslrootcert=/own.crt', defaults);
    expect(set).toEqual({ ...atHost('h'), sslmode: 'verify-full', sslrootcert: '/own.crt' });
    const [open] = parts('postgres://h/d', defaults);
    expect(open).toEqual({ ...atHost('h'), sslmode: 'verify-ca', sslrootcert: '/ca.crt', uselibpqcompat: 'true' });
  });
});

function atHost(text: string): Record<string, string> {
  const [host = '', port] = text.split(' ');
  return { database: '/d', host, ...(port && { port }) };
}

describe('a wrong setting', () => {
  it.each([
    [{ PORT: 'abc' }, ['PORT: expected a port from 1 to 65535, got "abc"']],
    [{ HOST: 'a b' }, ['HOST: expected a host name or an IP address, got "a b"']],
    [
      { PORT: 'abc', PUBLIC_URL: 'ftp://x' },
      [
        'PORT: expected a port from 1 to 65535, got "abc"',
        'PUBLIC_URL: expected an http or https URL without a query, got "ftp://x"',
      ],
    ],
    [
      { ADMIN_EMAIL: 'a\u202eb@example.com' },
      [expect.stringMatching(/^ADMIN_EMAIL: expected an e-mail address without control/)],
    ],
    [{ REQUESTED_SCOPE: 'openid' }, ['REQUESTED_SCOPE: expected one of ignore, refuse, got "openid"']],
    [{ DATABASE_URL: 'mysql://secret', ...GIVEN }, [`DATABASE_URL: ${FORM}`]],
    [{ DATABASE_URL: 'postgres://u:sec#ret@h/d', ...GIVEN }, [`DATABASE_URL: ${FORM}`]],
    [{ DATABASE_URL: 'postgres://u:secret@,/d', ...GIVEN }, [NO_HOST]],
    [{ DATABASE_URL: 'postgres://a,,b/d', ...GIVEN }, [NO_HOST]],
    [{ DATABASE_URL: 'postgres://a:5432,:5433/d', ...GIVEN }, [NO_HOST]],
    [{ DATABASE_URL: 'postgres:///d?host=a,', ...GIVEN }, [NO_HOST]],
    [
      { DATABASE_URL: 'postgres:///d?host=a,b,c&port=1,2', ...GIVEN },
      ['DATABASE_URL: expected one port for all hosts, or one for each of the 3'],
    ],
    [
      { DATABASE_URL: 'postgres://u:secret@h:99999/d', ...GIVEN },
      [expect.stringMatching(/^DATABASE_URL: expected a port from 1 to 65535(?!.*secret)/)],
    ],
    [
      { DATABASE_URL: 'postgres://h/d?sslmode=on', ...GIVEN },
      [expect.stringMatching(/^DATABASE_URL: expected sslmode to be one of disable, /)],
    ],
    [
      { DATABASE_URL: 'postgres://h/d', PGSSLMODE: 'verify-ca', ...GIVEN },
      [expect.stringMatching(/^DATABASE_URL: expected sslrootcert, or PGSSLROOTCERT, to name/)],
    ],
    [{ PGSSLMODE: 'on' }, [expect.stringMatching(/^PGSSLMODE: expected one of disable, .*, got "on"$/)]],
    [
      { DATABASE_URL: 'postgres://a,b/d?target_session_attrs=standby', ...GIVEN },
      [expect.stringMatching(/^DATABASE_URL: expected target_session_attrs to be one of any, primary, read-write/)],
    ],
    [{ API_DOCS: 'false' }, ['API_DOCS: expected one of on, off, got "false"']],
  ])('is the only one in the message: %j', (given, faults) => {
    expect(faultsOf(given)).toEqual(faults);
  });
});
