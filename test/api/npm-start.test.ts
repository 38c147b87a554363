import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { freePort } from '../support/service.js';
import { seconds } from '../support/sessions.js';

/** Far more than the service needs. After the end of npm, the service either ends with its requests or lives on for ever. */
const END_LIMIT_MS = 30_000;
const ROOT = join(import.meta.dirname, '../..');
/** Windows has no signals. */
const itOnPosix = process.platform === 'win32' ? it.skip : it;

async function isLive(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );
}

itOnPosix.each(['SIGTERM', 'SIGINT'] as const)('%s to `npm start` ends the service too', async (signal) => {
  const dataDir = await newData();
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: port, ...settingsOf(dataDir) };
  // Without `prestart`: a build would delete the files that the services of other suites use.
  const npm = spawn('npm', ['start', '--ignore-scripts'], { cwd: ROOT, env, stdio: 'pipe' });
  const exited = once(npm, 'exit');
  let pid: number | undefined;
  npm.stdout.setEncoding('utf8').on('data', (text: string) => {
    pid ??= Number(/"pid":(\d+)/.exec(text)?.[1]) || undefined;
  });
  npm.stderr.resume();
  try {
    while (!(await isLive(url))) expect(npm.exitCode).toBeNull();
    npm.kill(signal);
    await exited;
    const deadline = Date.now() + END_LIMIT_MS;
    while ((await isLive(url)) && Date.now() < deadline) await seconds(0.1);
    expect(await isLive(url)).toBe(false);
  } finally {
    npm.kill('SIGKILL');
    try {
      if (pid) process.kill(pid, 'SIGKILL');
    } catch {
      // The process has ended, as expected.
    }
    await deleteData(dataDir);
  }
});
