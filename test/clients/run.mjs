/**
 * Runs real clients against the service: `npm run test:clients [-- --check] [-- --npm] [-- NAME ...]`. It installs the clients into a
 * temporary folder, starts the service on an embedded database, and writes the results into the tables of docs/clients.md. With `--check` it
 * writes nothing, and fails when the tables differ. With `--npm` it skips Debian's clients. Names select clients.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CLIENTS } from './clients.mjs';
import { installDebian, installNpm } from './install.mjs';
import { summaryOf } from './sent.mjs';
import { READER, startSurroundings, USER } from './surroundings.mjs';
import { Page, rowOf } from './table.mjs';

const LIMIT_MS = 300_000;
const INTERPRETERS = {
  mjs: [process.execPath],
  py: ['/usr/bin/python3'],
  rb: ['ruby'],
  pl: ['perl'],
  go: ['go', 'run'],
  sh: ['bash'],
};

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' }, npm: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !CLIENTS.some((client) => client.name === name));
if (unknown.length > 0) {
  console.error(`No such client: ${unknown.join(', ')}. There are: ${CLIENTS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
process.exitCode = (await main()) ? 0 : 1;

async function main() {
  const wanted = CLIENTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const needsDebian = !values.npm && wanted.some(({ source }) => source === 'debian');
  const debian = needsDebian ? installDebian() : { problem: 'not requested' };
  if (needsDebian && debian.problem) console.error(`Debian's clients are not run: ${debian.problem}.`);
  const npm = installNpm();
  try {
    return await runAll(wanted, { npm, ...(debian.folder && { debian }) });
  } finally {
    npm.remove();
  }
}

async function runAll(wanted, installed) {
  const surroundings = await startSurroundings();
  const rows = new Map();
  const faults = [];
  try {
    for (const client of wanted.filter(({ source }) => installed[source])) {
      const { folder, versionOf } = installed[client.source];
      const version = versionOf(client.package);
      if (version === undefined) {
        console.error(`${client.name} is not run: ${client.package} is not installed.`);
        continue;
      }
      await surroundings.sent();
      const key = client.signs ? await surroundings.register(idOf(client.name)) : undefined;
      const results = await resultsOf(client, folder, { url: surroundings.url, key });
      const records = await surroundings.sent();
      const found = { version, results, sent: summaryOf(records) };
      rows.set(client.name, rowOf(client, found));
      faults.push(...faultsOf(client, results), ...misnamed(client, records));
      console.log(`${client.name} ${version}: ${textOf(results)}`);
    }
  } finally {
    await surroundings.stop();
  }
  for (const fault of faults) console.error(fault);
  return (await isWritten(rows)) && faults.length === 0;
}

async function isWritten(rows) {
  const page = new Page();
  const text = await page.with(rows, CLIENTS);
  if (page.isSame(text)) return true;
  if (values.check) {
    console.error('docs/clients.md differs from the results: update the page with npm run test:clients.');
    return false;
  }
  page.write(text);
  console.log('Wrote docs/clients.md.');
  return true;
}

/** The results that a script prints, by act: `yes`, or the reason of the failure. */
async function resultsOf({ name, script }, folder, given) {
  const [command, ...words] = INTERPRETERS[script.split('.').at(-1)];
  const child = spawn(command, [...words, join(folder, script)], {
    cwd: folder,
    env: environmentOf(name, given),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const results = {};
  child.stdout.setEncoding('utf8');
  let stdout = '';
  for await (const text of child.stdout) stdout += text;
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const { act, result } = JSON.parse(line);
    results[act] = result;
  }
  if (Object.keys(results).length === 0) return { 'sign in': `The script did nothing: ${stderr.trim() || stdout}` };
  return results;
}

/** The name by which the service should know a client. */
function idOf(name) {
  return name.replace(/\W+/g, '-').replace(/^-|-$/g, '');
}

function environmentOf(name, { url, key }) {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TESSERA_URL: url,
    ...(key && { CLIENT_KEY: JSON.stringify(key) }),
    CLIENT_ID: idOf(name),
    USER_NAME: USER.name,
    USER_PASSWORD: USER.password,
    READER_NAME: READER.name,
    READER_PASSWORD: READER.password,
    PYTHONDONTWRITEBYTECODE: '1',
    // Debian keeps the sources of Go's libraries here.
    GO111MODULE: 'off',
    GOPATH: '/usr/share/gocode',
    GOFLAGS: '',
  };
}

function faultsOf({ name, limits }, results) {
  const failed = Object.entries(results).filter(([act, result]) => result !== 'yes' && !limits.includes(act));
  const better = limits.filter((act) => results[act] === 'yes');
  return [
    ...failed.map(([act, result]) => `${name}: ${act} failed: ${result}`),
    ...better.map((act) => `${name}: ${act} works now; clients.mjs says that it does not.`),
  ];
}

/** Clients whose name the service understood differently. */
function misnamed({ name }, records) {
  const others = new Set(
    records.map(({ client }) => client).filter((client) => ![undefined, idOf(name)].includes(client)),
  );
  return [...others].map((other) => `${name}: the service took it for the client ${other}.`);
}

function textOf(results) {
  return Object.entries(results)
    .map(([act, result]) => `${act} ${result === 'yes' ? 'yes' : 'NO'}`)
    .join(', ');
}
