import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './service.js';
import { seconds } from './sessions.js';

const HAPROXY = '/usr/sbin/haproxy';
const CONFIGURATION = join(import.meta.dirname, '../../deploy/haproxy.cfg');

/** The balancer of the Compose file, with the configuration of that file except for addresses. */
export class Balancer {
  private output = '';

  private constructor(
    /** The URL of the balancer. */
    readonly url: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Whether HAProxy is installed here. */
  static get isInstalled(): boolean {
    return existsSync(HAPROXY);
  }

  /** Starts a balancer before two replicas, by their URLs, and waits until the balancer finds a replica ready. */
  static async start([first, second]: readonly [string, string], settings: NodeJS.ProcessEnv = {}): Promise<Balancer> {
    const url = `http://127.0.0.1:${await freePort()}`;
    const addresses = { ' :3000': url, ' tessera-1:3000': first, ' tessera-2:3000': second };
    const configuration = Object.entries(addresses).reduce(
      (text, [from, to]) => text.replaceAll(from, ` ${to.replace('http://', '')}`),
      readFileSync(CONFIGURATION, 'utf8'),
    );
    const folder = mkdtempSync(join(tmpdir(), 'tessera-test-'));
    writeFileSync(join(folder, 'cfg'), configuration);
    const env = { ...process.env, ...settings };
    const child = spawn(HAPROXY, ['-db', '-f', join(folder, 'cfg')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const balancer = new Balancer(url, folder, child);
    for (let n = 0; n < 600 && !(await isReady(url)); n++) await seconds(0.1);
    return balancer;
  }

  /** The output of the balancer. */
  get log(): string {
    return this.output;
  }

  async stop(): Promise<void> {
    this.process.kill();
    await once(this.process, 'exit');
    rmSync(this.folder, { recursive: true });
  }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
