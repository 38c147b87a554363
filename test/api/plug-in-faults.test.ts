import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { CACHE, QUICK_START } from '../support/fixtures.mjs';

const DIST = join(import.meta.dirname, '../../dist');
const TESSERA = pathToFileURL(join(DIST, 'tessera.js')).href;

let folder: string;
let dataDir: string;

beforeAll(async () => {
  folder = mkdtempSync(join(CACHE, 'plug-in-faults-'));
  dataDir = await newData();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await deleteData(dataDir);
});

/** Tries to start the service with providers, in JavaScript, and returns what the operator reads. */
async function start(declarations: string, ...providers: string[]): Promise<string> {
  const file = join(folder, 'tessera.config.mjs');
  writeFileSync(
    file,
    `import { Injectable, Module, Scope } from '@nestjs/common';
    import * as tessera from '${TESSERA}';
    const { Grant } = tessera;
    const handle = () => undefined;
    ${declarations}
    class TeamModule {}
    Module({ providers: [${providers.join(', ')}] })(TeamModule);
    export default tessera.defineTessera({ modules: [TeamModule] });`,
  );
  const child = spawn(
    process.execPath,
    [...QUICK_START, join(DIST, 'cli/main.js'), 'roles', 'list', '--config', file],
    {
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', PORT: '1', ...settingsOf(dataDir) },
    },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return child.exitCode === 1 ? stderr : `The command ended with ${child.exitCode}: ${stderr}`;
}

/** A class in JavaScript that extends the class of a kind of plug-in, with these members. */
const plugIn = (name: string, kind: string, members: string): string => `class ${name} extends ${kind} { ${members} }`;

describe('a grant', () => {
  const good = "name = 'till'; description = 'A till.'; parameters = {}; handle() {}";
  it.each<[string, string, string]>([
    [
      'without a name',
      "name = ''",
      'TillGrant needs a `name` of letters, digits, ".", "_" and "-", or an absolute URI, not "".\n',
    ],
    [
      'with the name of a grant of the service',
      "name = 'password'",
      'TillGrant has the name of the grant PasswordGrant, password: rename one.\n',
    ],
    [
      'without a description',
      "description = ' '",
      'TillGrant needs a `description`, a sentence for the OpenAPI document.\n',
    ],
    ['without a handler', 'handle = 1', 'TillGrant needs a method `handle`.\n'],
    [
      'with a list of parameters',
      "parameters = ['pin']",
      'TillGrant needs `parameters`, an object with a description for each name: {} if there are none.\n',
    ],
    [
      'with a bad name of a parameter',
      "parameters = { 'p n': { description: 'A PIN.' } }",
      'TillGrant declares the parameter "p n": expected letters, digits, ".", "_" and "-".\n',
    ],
    [
      'with a parameter of the service',
      "parameters = { client_id: { description: 'A client.' } }",
      'TillGrant declares the parameter client_id, which belongs to the service.\n',
    ],
    [
      'with a parameter that is not described',
      'parameters = { pin: {} }',
      'TillGrant declares the parameter pin without a description.\n',
    ],
    [
      'with a text in place of a boolean',
      "parameters = { pin: { description: 'A PIN.', required: 'yes' } }",
      'TillGrant declares the parameter pin with `required`, which is not a boolean.\n',
    ],
    [
      'with a member that does not exist',
      "parameters = { pin: { description: 'A PIN.', optional: true } }",
      'TillGrant declares the parameter pin with the unknown member optional.\n',
    ],
  ])('%s stops the start', async (_what, member, message) => {
    expect(await start(plugIn('TillGrant', 'Grant', `${good}; ${member}`), 'TillGrant')).toBe(message);
  });

  it('with the name of another stops the start', async () => {
    const declarations = ['TillGrant', 'DeskGrant'].map((name) => plugIn(name, 'Grant', good)).join('\n');
    expect(await start(declarations, 'TillGrant', 'DeskGrant')).toBe(
      'DeskGrant has the name of the grant TillGrant, till: rename one.\n',
    );
  });

  it('that is made for each request stops the start', async () => {
    const declarations = `${plugIn('TillGrant', 'Grant', good)} Injectable({ scope: Scope.REQUEST })(TillGrant);`;
    expect(await start(declarations, 'TillGrant')).toBe(
      'TillGrant or something that it injects has a scope: a plug-in is made once, at the start.\n',
    );
  });
});
