import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './service.js';
import { seconds, the } from './sessions.js';

const PROGRAMS = { nginx: '/usr/sbin/nginx', haproxy: '/usr/sbin/haproxy' } as const;
const DOCUMENT = join(import.meta.dirname, '../../docs/proxies.md');

export type ProxyKind = keyof typeof PROGRAMS;

/** A proxy with a configuration of docs/proxies.md, unchanged except for addresses and TLS. */
export class Proxy {
  private constructor(
    /** The URL of the proxy. */
    readonly url: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** Whether the program is installed here. */
  static isInstalled(kind: ProxyKind): boolean {
    return existsSync(PROGRAMS[kind]);
  }

  /** Starts the proxy with the configuration under this heading, before a service, and waits until it answers. */
  static async start(kind: ProxyKind, heading: string, port: number, service: string): Promise<Proxy> {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-proxy-'));
    const configuration = documented(heading)
      .replaceAll('127.0.0.1:3000', new URL(service).host)
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replace(/bind :443 .*/, `bind 127.0.0.1:${port}`)
      .replaceAll(/ *ssl_certificate.*\n/g, '');
    const file = join(folder, 'configuration');
    writeFileSync(file, kind === 'nginx' ? whole(configuration, folder) : configuration);
    const options = kind === 'nginx' ? ['-p', folder, '-e', 'stderr', '-c', file] : ['-db', '-f', file];
    const child = spawn(PROGRAMS[kind], options, { stdio: ['ignore', 'inherit', 'inherit'] });
    const url = `http://127.0.0.1:${port}`;
    for (let n = 0; n < 300 && !(await answers(url)); n++) await seconds(0.1);
    return new Proxy(url, folder, child);
  }

  /** A free port. */
  static freePort(): Promise<number> {
    return freePort();
  }

  async stop(): Promise<void> {
    this.process.kill();
    await once(this.process, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The configuration under a heading of the document. */
function documented(heading: string): string {
  const [, section] = readFileSync(DOCUMENT, 'utf8').split(`### ${heading}\n`);
  return the(/```\w+\n(.*?)```/s.exec(the(section))?.[1]);
}

/** The rest of the configuration that nginx needs around a server. */
function whole(server: string, folder: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = paths.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  return `daemon off; master_process off; pid ${folder}/pid; events {} http { access_log off; ${temporary} ${server} }`;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );
