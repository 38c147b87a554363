import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basicOf, RESOURCE } from '../support/client.js';
import { newEmbeddedData } from '../support/data.js';
import { runMain } from '../support/run-main.js';
import { freePort, Service } from '../support/service.js';

const DIST = join(import.meta.dirname, '../../dist');
const NAMESPACE = ['--pid', '--fork', '--mount-proc'];
/** Other systems have no namespaces, and not every user may create one. There only the test with the number of a dead process runs. */
const itInNamespace = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0 ? it : it.skip;

/** Claims the folder, prints that, and keeps the folder until stdin ends. Otherwise prints why the claim failed. */
const CLAIM = `
  const { lockFolder } = await import(${JSON.stringify(`${DIST}/database/folder-lock.js`)});
  try {
    const release = lockFolder(process.argv[1]);
    console.log('claimed');
    process.stdin.on('end', release).resume();
  } catch (error) {
    console.log(error.message);
  }`;

/** Starts a process that claims a folder. Returns what the process printed, and a function that ends it. */
function startClaim(folder: string): { answer: Promise<string>; end: () => Promise<void> } {
  const stdio: ['pipe', 'pipe', 'inherit'] = ['pipe', 'pipe', 'inherit'];
  const child = spawn(process.execPath, ['--input-type=module', '-e', CLAIM, folder], { stdio });
  const closed = once(child, 'close');
  const end = async (): Promise<void> => {
    // A process whose claim was refused may already have ended.
    child.stdin.on('error', () => undefined).end();
    await closed;
  };
  return { answer: once(child.stdout, 'data').then(([data]) => String(data)), end };
}

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('the folder of the embedded database', () => {
  let service: Service;
  let lock: string;
  const startAnother = async (): Promise<{ code: number | null; output: string }> =>
    runMain({ DATA_DIR: service.dataDir, PORT: String(await freePort()) });

  beforeAll(async () => {
    service = await Service.startAloneOn(newEmbeddedData());
    lock = join(service.dataDir, 'lock');
  });
  afterAll(() => service.dispose());

  it('is refused to a second process even if the lock file names a process that is dead here, as from another container', async () => {
    const owner = readFileSync(lock, 'utf8');
    const dead = deadProcess();
    for (const content of [`${dead}\n`, `+${dead}\n`]) {
      writeFileSync(lock, content);
      const { code, output } = await startAnother();
      expect([code, output]).toEqual([
        1,
        expect.stringMatching(/^The embedded database in \S+ is in use by [^.]+\. It /),
      ]);
    }
    writeFileSync(lock, owner);
    expect((await service.client(basicOf('admin')).get(RESOURCE)).status).toBe(200);
  });

  itInNamespace('is refused to a process in another PID namespace', async () => {
    const env = { PATH: process.env['PATH'], DATA_DIR: service.dataDir, PORT: String(await freePort()) };
    const child = spawn('unshare', [...NAMESPACE, process.execPath, join(DIST, 'main.js')], { env });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    expect([child.exitCode, output]).toEqual([
      1,
      expect.stringMatching(/ is in use by process \d+ of another container or machine\. /),
    ]);
  });

  it('stays with a process that is stopped', async () => {
    service.signal('SIGSTOP');
    const { code, output } = await startAnother();
    service.signal('SIGCONT');
    expect([code, output]).toEqual([1, expect.stringContaining(' is in use by process ')]);
  });

  it('is refused while a process of a version without the kernel lock has it, and taken over when that process is dead', async () => {
    const dataDir = newEmbeddedData();
    writeFileSync(join(dataDir, 'lock'), `${process.pid}\n`);
    const { code, output } = await runMain({ DATA_DIR: dataDir, PORT: String(await freePort()) });
    expect([code, output]).toEqual([1, expect.stringContaining(` is in use by process ${process.pid}. `)]);
    writeFileSync(join(dataDir, 'lock'), `${deadProcess()}\n`);
    const next = await Service.startAloneOn(dataDir);
    // A version without the kernel lock reads this number and would then refuse the folder.
    expect(Number(readFileSync(join(dataDir, 'lock'), 'utf8'))).toBeGreaterThan(1);
    await next.dispose();
  });

  it('goes to the next process when its own was killed, even if the number now belongs to another process', async () => {
    const killed = await Service.startAloneOn(newEmbeddedData());
    await killed.end('SIGKILL');
    writeFileSync(join(killed.dataDir, 'lock'), `+${process.pid}\n`);
    await killed.resume();
    await killed.dispose();
  });

  it('goes to exactly one of several processes that claim it together, with a path too long for a socket', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'tessera-test-'));
    const folder = join(parent, 'a-folder-of-a-very-long-name'.repeat(4), 'a-folder-of-a-very-long-name'.repeat(4));
    for (let round = 0; round < 3; round++) {
      const claims = Array.from({ length: 5 }, () => startClaim(folder));
      const answers = await Promise.all(claims.map(({ answer }) => answer));
      await Promise.all(claims.map(({ end }) => end()));
      expect(answers.filter((answer) => answer === 'claimed\n')).toHaveLength(1);
    }
    rmSync(parent, { recursive: true });
  });
});
