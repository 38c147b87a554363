import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { freePort } from '../support/service.js';

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
  // Without `prestart`: a build would take the files of the services of other suites away.
  const npm = spawn('npm', ['start', '--ignore-scripts'], { cwd: ROOT, env, stdio: 'pipe' });
  const closed = once(npm, 'close');
  let pid: number | undefined;
  npm.stdout.setEncoding('utf8').on('data', (text: string) => {
    pid ??= Number(/"pid":(\d+)/.exec(text)?.[1]) || undefined;
  });
  npm.stderr.resume();
  try {
    while (!(await isLive(url))) expect(npm.exitCode).toBeNull();
    npm.kill(signal);
    // Until the service, too, has closed the pipe of its output.
    await closed;
    expect(await isLive(url)).toBe(false);
  } finally {
    npm.kill('SIGKILL');
    try {
      if (pid) process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
    await deleteData(dataDir);
  }
});
