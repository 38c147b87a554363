import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { seconds } from '../support/sessions.js';

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT_SECONDS = 120;

/** The result of commands. */
export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder `tessera` with the packed package, as in a clone of Tessera after `npm pack`. Teams have their folders beside it. */
export class PackedService {
  readonly path: string;
  private readonly parent = mkdtempSync(join(tmpdir(), 'tessera-package-'));

  constructor() {
    this.path = join(this.parent, 'tessera');
    mkdirSync(this.path);
    const pack = ['pack', '--ignore-scripts', '--pack-destination', this.path];
    const { status, stderr } = spawnSync('npm', pack, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The package was not packed: ${stderr}`);
  }

  /** The names of the packed files. */
  files(): string[] {
    const [archive = ''] = readdirSync(this.path).filter((name) => name.endsWith('.tgz'));
    const { stdout } = spawnSync('tar', ['-tzf', join(this.path, archive)], { encoding: 'utf8' });
    return stdout.trim().split('\n');
  }

  /** The folder of a team, which need not exist yet. Its server answers at this port. */
  team(name: string, port: number): TeamFolder {
    return new TeamFolder(join(this.parent, name), port);
  }

  /** The clone itself, where `npm run cli` runs the built commands. */
  clone(): TeamFolder {
    return new TeamFolder(this.path, 0);
  }

  dispose(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}

/** The folder of a team. */
export class TeamFolder {
  private server: ChildProcess | undefined;

  constructor(
    readonly path: string,
    private readonly port: number,
  ) {}

  /** Copies a folder of the repository to here, without what its author made in it. */
  copyFrom(folder: string): void {
    const made = ['data', 'dist', 'node_modules'].map((name) => join(ROOT, folder, name));
    cpSync(join(ROOT, folder), this.path, { recursive: true, filter: (source) => !made.includes(source) });
  }

  /** Gives this folder the packages that another has installed, without another installation. */
  sharePackagesOf({ path }: TeamFolder): void {
    const { status, stderr } = spawnSync('cp', ['-al', join(path, 'node_modules'), this.path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.path, file)), { recursive: true });
    writeFileSync(join(this.path, file), text);
  }

  /** Runs commands by bash, and ends at the first that fails. */
  run(commands: string, settings: NodeJS.ProcessEnv = {}): Output {
    const built = commands.replaceAll('npm run cli --', `node ${join(ROOT, 'dist/cli/main.js')}`);
    return spawnSync('bash', ['-euc', built], {
      cwd: this.path,
      env: { ...this.environment(), ...settings },
      encoding: 'utf8',
      // Bash would take a socket for a remote shell, and read the files of an interactive one.
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Starts a server, and waits until the URL answers with success. */
  async start(command: string, readyUrl: string): Promise<void> {
    const server = spawn('bash', ['-euc', `exec ${command}`], {
      cwd: this.path,
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [server.stdout, server.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    this.server = server;
    for (let n = 0; n < START_LIMIT_SECONDS * 10; n++) {
      const isReady = await fetch(readyUrl).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      if (server.exitCode !== null) break;
      await seconds(0.1);
    }
    throw new Error(`The server did not start:\n${output}`);
  }

  /** Stops the server as Ctrl+C does, with a signal to npx, its shell and the server itself, and waits until all have ended. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server?.pid === undefined || server.exitCode !== null) return;
    this.server = undefined;
    const closed = once(server, 'close');
    process.kill(-server.pid, 'SIGINT');
    await closed;
  }

  private environment(): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    return { PATH, HOME, PORT: String(this.port), npm_config_prefer_offline: 'true', npm_config_fund: 'false' };
  }
}
