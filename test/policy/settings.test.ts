import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Settings } from '../../src/config/settings.js';
import { SettingsError } from '../../src/config/settings-error.js';

const SECRET = 'a secret of forty-three characters or more: this';
const URL = 'postgres://tessera:a-password@127.0.0.1:5432/tessera';

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
  it('can be given as a file, whose last line break is left out', () => {
    const settings = Settings.load({
      DATABASE_URL_FILE: file(`${URL}\n`),
      TESSERA_SECRET_FILE: file(`${SECRET}\r\n`),
      TESSERA_SECRET_PREVIOUS_FILE: file(`${SECRET}1,${SECRET}2`),
      ADMIN_PASSWORD_FILE: file(' a password with a blank in front \n'),
      ADMIN_PASSWORD: '',
    });
    expect(settings).toMatchObject({
      DATABASE_URL: URL,
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

  it('that a file gives wrongly is judged like any other, and not shown', () => {
    expect(faultsOf({ TESSERA_SECRET_FILE: file('short'), DATABASE_URL_FILE: file('mysql://secret') })).toEqual([
      expect.stringMatching(/^DATABASE_URL: expected postgres:[^,]*$/),
      expect.stringMatching(/^TESSERA_SECRET: expected 32 random bytes(?!.*short)/),
    ]);
  });

  it('that this process may not read says so', () => {
    const path = file(SECRET);
    chmodSync(path, 0o000);
    // As root, which containers of tests often are, every file can be read.
    const expected =
      process.getuid?.() === 0
        ? []
        : ['TESSERA_SECRET_FILE: expected a file that can be read: this process may not read it'];
    expect(faultsOf({ TESSERA_SECRET_FILE: path })).toEqual(expected);
  });

  it('in a file that cannot be read makes no secret of its own', () => {
    const dataDir = join(folder, 'untouched');
    expect(faultsOf({ DATA_DIR: dataDir, DATABASE_URL_FILE: join(folder, 'nowhere') })).toHaveLength(1);
    expect(() => {
      mkdirSync(dataDir);
    }).not.toThrow();
  });
});

describe('the allowed origins', () => {
  it('are those of web pages, local servers and apps in a web view', () => {
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
  ])('are not %s, and the message says why', (given, fault) => {
    const sent = JSON.stringify(given.split(','));
    expect(faultsOf({ ALLOWED_ORIGINS: `https://good.example,${given}` })).toEqual([
      `ALLOWED_ORIGINS: expected origins such as https://app.example.com, separated by commas${fault}, got ${sent.replace('[', '["https://good.example",')}`,
    ]);
  });
});

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
    [{ API_DOCS: 'false' }, ['API_DOCS: expected one of on, off, got "false"']],
  ])('is the only one that is named: %j', (given, faults) => {
    expect(faultsOf(given)).toEqual(faults);
  });
});
