import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';

/** The first message of a client that requests encryption (PostgreSQL's protocol, SSLRequest). */
const SSL_REQUEST = 80_877_103;

/** Another address of a PostgreSQL, until it is closed. */
export interface Door {
  readonly url: string;
  close(): void;
}

/** Opens a Unix socket that leads to a database. `folder` is the folder of the socket. */
export async function openSocket(databaseUrl: string): Promise<Door & { readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-socket-'));
  const url = new URL(databaseUrl);
  const server = createServer((client) => {
    couple(client, to(url));
  }).listen(join(folder, '.s.PGSQL.5432'));
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    rmSync(folder, { recursive: true });
  };
  return { url: `postgres://${userOf(url)}@${encodeURIComponent(folder)}${url.pathname}`, folder, close };
}

/** Opens a port for localhost that accepts only encrypted connections, under its own CA. `ca` is the file of the CA's certificate. */
export async function openTls(databaseUrl: string): Promise<Door & { readonly ca: string; readonly port: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-tls-'));
  const { ca, key, cert } = makeCertificates(folder);
  const url = new URL(databaseUrl);
  const secureContext = createSecureContext({ key: readFileSync(key), cert: readFileSync(cert) });
  const server: Server = createServer((client) => {
    client.once('data', (request: Buffer) => {
      client.pause();
      if (request.length < 8 || request.readInt32BE(4) !== SSL_REQUEST) {
        client.destroy();
        return;
      }
      client.write('S');
      couple(new TLSSocket(client, { isServer: true, secureContext }), to(url));
    });
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    rmSync(folder, { recursive: true });
  };
  return { url: `postgres://${userOf(url)}@localhost:${port}${url.pathname}`, ca, port, close };
}

const to = (url: URL): Socket => connect(Number(url.port), url.hostname);
const userOf = ({ username, password }: URL): string => (password ? `${username}:${password}` : username);

function couple(client: Socket, upstream: Socket): void {
  for (const [from, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on('error', () => undefined).on('close', () => other.destroy());
    from.pipe(other);
  }
}

function makeCertificates(folder: string): { readonly ca: string; readonly key: string; readonly cert: string } {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '30'];
  openssl('req', '-x509', ...newKey, '-subj', '/CN=a CA', '-keyout', 'ca.key', '-out', 'ca.crt');
  const own = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', 'key', '-out', 'crt'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...own,
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-addext',
    'basicConstraints=CA:FALSE',
  );
  return { ca: file('ca.crt'), key: file('key'), cert: file('crt') };
}
