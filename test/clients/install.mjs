/** Installs the clients: npm's into a temporary folder, Debian's with `apt-get` if possible. Nothing in the project changes. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENTS, DEBIAN_RUNTIMES } from './clients.mjs';

/** The folder of npm's clients and their scripts, with the versions of the lock file. */
export function installNpm() {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-clients-npm-'));
  cpSync(join(import.meta.dirname, 'npm'), folder, { recursive: true });
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error('npm did not install the clients.');
  }
  return {
    folder,
    versionOf: (name) => JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The folder of the scripts of Debian's clients, or the reason why the clients were not installed. A server that is not installed has no version. */
export function installDebian() {
  const wanted = CLIENTS.filter(({ source, isDaemon }) => source === 'debian' && !isDaemon).map(
    (client) => client.package,
  );
  const missing = [...DEBIAN_RUNTIMES, ...wanted].filter((name) => versionOf(name) === undefined);
  if (missing.length > 0) {
    if (process.getuid?.() !== 0) return { problem: `these packages are not installed: ${missing.join(', ')}` };
    const updated = apt('update');
    const problem = updated ?? apt('install', '-y', '--no-install-recommends', ...missing);
    if (problem) return { problem };
  }
  return { folder: join(import.meta.dirname, 'debian'), versionOf: (name) => upstreamOf(versionOf(name)) };
}

/** Why `apt-get` failed, or undefined. */
function apt(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { error, status, stderr } = spawnSync('apt-get', ['-qq', ...words], { env, encoding: 'utf8' });
  if (error) return `there is no apt-get: ${error.message}`;
  return status === 0 ? undefined : `apt-get ${words[0]} failed: ${stderr.trim().split('\n').at(-1)}`;
}

function versionOf(name) {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Version}', name], {
    encoding: 'utf8',
  });
  const [state, version] = (stdout ?? '').split(' ');
  return status === 0 && state === 'installed' ? version : undefined;
}

/** The version of the client itself, if it is installed, without Debian's revision: 7.88.1 of 7.88.1-10+deb12u14. */
function upstreamOf(version) {
  return version?.replace(/^\d+:/, '').replace(/(\+ds\d*)?-[^-]+$/, '');
}
