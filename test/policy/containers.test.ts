import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

interface ComposeService {
  readonly image?: string;
  readonly build?: string;
  readonly user?: string;
  readonly privileged?: unknown;
  readonly cap_add?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks: readonly string[] | Readonly<Record<string, unknown>>;
  readonly ports?: readonly string[];
}

const ROOT = join(import.meta.dirname, '../..');
const DIGEST = /^[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}$/;
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const { services, networks } = parse(text, { merge: true }) as {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean } | null>;
};

const serviceOf = (name: string): ComposeService => {
  const service = services[name];
  if (!service) throw new Error(`There is no service ${name}.`);
  return service;
};
const networksOf = ({ networks: named }: ComposeService): readonly string[] =>
  Array.isArray(named) ? (named as string[]) : Object.keys(named);

describe('the Compose file', () => {
  it.each(Object.entries(services))('confines the container %s', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+[mg]$/) as string,
      pids_limit: expect.any(Number) as number,
      tmpfs: expect.arrayContaining(['/tmp']) as string[],
    });
    expect([service.privileged, service.cap_add, service.user === 'root']).toEqual([undefined, undefined, false]);
    if (service.build === undefined) expect(service.image).toMatch(DIGEST);
  });

  it('lets only the balancer out, at the loopback address', () => {
    const open = Object.entries(services).filter(([, service]) =>
      networksOf(service).some((name) => networks[name]?.internal !== true),
    );
    expect(open.map(([name]) => name)).toEqual(['balancer']);
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published).toEqual(['127.0.0.1:3000:3000']);
  });

  it('keeps database and metrics unreachable for the balancer', () => {
    expect(networksOf(serviceOf('balancer'))).toEqual(['edge', 'public']);
    expect(networksOf(serviceOf('database'))).toEqual(['database']);
  });

  it('serves the metrics of each replica only at its address in their network', () => {
    const addresses = ['tessera-1', 'tessera-2'].map((name) => {
      const { environment, networks: named } = serviceOf(name);
      const { ipv4_address: address } = (named as Record<string, { ipv4_address: string }>)['metrics'] ?? {};
      expect(environment?.['METRICS_HOST']).toBe(address);
      return address;
    });
    expect(new Set(addresses).size).toBe(2);
  });

  it('passes on every setting, except those that the image or the network determines', () => {
    const page = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');
    const settings = [...page.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name = '']) => name);
    const passed = Object.keys(serviceOf('tessera-1').environment ?? {}).map((name) => name.replace(/_FILE$/, ''));
    expect(settings.length).toBeGreaterThan(25);
    expect(settings.filter((name) => !passed.includes(name))).toEqual(['PORT', 'HOST', 'DATA_DIR']);
  });

  it('contains no password and no default password, and passes secrets as files', () => {
    expect(text).not.toMatch(/postgres:\/\/|PASSWORD: [^$]|PASSWORD:-.+\}|SECRET:-.+\}/);
    expect(text.match(/file: .*/g)).toEqual(Array(5).fill(expect.stringMatching(/^file: \$\{SECRETS_DIR:\?/)));
  });
});

describe('the Dockerfile', () => {
  it('builds on an image by its digest, and runs without root and without the packages that only builds need', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    expect(/^ARG NODE_IMAGE=(.*)$/m.exec(dockerfile)?.[1]).toMatch(DIGEST);
    expect(new Set(dockerfile.match(/^FROM \S+/gm))).toEqual(new Set(['FROM ${NODE_IMAGE}']));
    const [last = ''] = dockerfile.split(/^FROM /m).slice(-1);
    expect(last).toMatch(/^USER node$/m);
    expect(last).not.toContain('--from=build /app/node_modules');
  });
});

describe('deploy/make-secrets.sh', () => {
  it('makes secrets in a folder that other users cannot enter, and keeps existing secrets', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'tessera-secrets-')), 'secrets');
    const make = (): string[] => {
      execFileSync('sh', [join(ROOT, 'deploy/make-secrets.sh'), folder]);
      return ['tessera-secret', 'database-url', 'database-password', 'postgres-password'].map((name) =>
        readFileSync(join(folder, name), 'utf8').trimEnd(),
      );
    };
    const [secret = '', url, password = '', superuser] = make();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect([secret.length, password.length]).toEqual([44, 64]);
    expect([url, superuser === password]).toEqual([`postgres://tessera:${password}@database:5432/tessera`, false]);
    expect(make()).toEqual([secret, url, password, superuser]);
    rmSync(join(folder, '..'), { recursive: true });
  });
});
