import { ValidateBy, type ValidationArguments } from 'class-validator';

/** How a connection is encrypted, as PostgreSQL's own clients name it. `no-verify` is the driver's own: encrypted, to any server that answers. */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
/** The three that can be met by a server that accepts writes. */
const SESSION_ATTRIBUTES = ['any', 'primary', 'read-write'];
/** The user and hosts, the path, the parameters. */
const FORM = /^postgres(?:ql)?:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?$/;
/** A folder of sockets, percent-encoded or not, an IPv6 address in brackets, or a name; then a port. */
const HOST = /^(\[[^[\]]*\]|[^[\]:]*)(?::(.*))?$/;

const FORM_EXPECTED =
  'expected postgres://user:password@host:port/database with the special characters of a password percent-encoded';

/** What DATABASE_URL leaves open: settings of the same names as those of PostgreSQL's own clients. */
export interface SslDefaults {
  readonly PGSSLMODE?: string | undefined;
  readonly PGSSLROOTCERT?: string | undefined;
}

/** A URL of a database that can be used. Its message says what was expected, and shows nothing of the URL. */
export function IsDatabaseUrl(): PropertyDecorator {
  const faultOf = (value: unknown, found?: ValidationArguments): string | undefined => {
    try {
      hostUrls(String(value), found?.object);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  return ValidateBy({
    name: 'isDatabaseUrl',
    validator: {
      validate: (value, found) => faultOf(value, found) === undefined,
      defaultMessage: (found) => faultOf(found?.value, found) ?? '',
    },
  });
}

/**
 * One URL, as the driver takes it, for each host of a URL, in their order. Hosts stand before the path, or in the parameter `host`,
 * separated by commas; one that begins with a slash is the folder of a Unix socket.
 * @throws Error that says what was expected
 */
export function hostUrls(url: string, defaults: SslDefaults = {}): string[] {
  const [, authority, path = '', search = ''] = FORM.exec(url) ?? [];
  if (authority === undefined) throw new Error(FORM_EXPECTED);
  const at = authority.lastIndexOf('@');
  const parameters = new URLSearchParams(search);
  const attributes = parameters.get('target_session_attrs');
  if (attributes !== null && !SESSION_ATTRIBUTES.includes(attributes))
    throw new Error(`expected target_session_attrs to be one of ${SESSION_ATTRIBUTES.join(', ')}: the service writes`);
  const hosts = hostsOf(authority.slice(at + 1), parameters);
  for (const name of ['host', 'port', 'target_session_attrs']) parameters.delete(name);
  const [user = '', ...password] = authority.slice(0, Math.max(at, 0)).split(':');
  if (user) parameters.set('user', decoded(user));
  if (password.length > 0) parameters.set('password', decoded(password.join(':')));
  return hosts.map(({ host, port }) => {
    const own = new URLSearchParams(parameters);
    if (host) own.set('host', host);
    if (port) own.set('port', port);
    encrypt(own, host.startsWith('/'), defaults);
    return `postgres://${path || '/'}?${own.toString()}`;
  });
}

interface Host {
  /** Empty for the driver's own default. */
  readonly host: string;
  readonly port: string;
}

function hostsOf(authority: string, parameters: URLSearchParams): Host[] {
  const named = parameters.get('host');
  const hosts =
    named === null ? authority.split(',').map(hostOf) : named.split(',').map((host) => ({ host, port: '' }));
  if (hosts.length > 1 && hosts.some(({ host }) => host === ''))
    throw new Error('expected a host before and after each comma of its list of hosts');
  const ports = parameters.get('port')?.split(',') ?? [];
  if (ports.length > 1 && ports.length !== hosts.length)
    throw new Error(`expected one port for all hosts, or one for each of the ${hosts.length}`);
  const result = hosts.map(({ host, port }, n) => ({ host, port: (ports.length > 1 ? ports[n] : ports[0]) ?? port }));
  if (result.some(({ port }) => port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536)))
    throw new Error(
      `expected a port from 1 to 65535 after the colon of a host: ${FORM_EXPECTED.replace('expected ', '')}`,
    );
  return result;
}

function hostOf(text: string): Host {
  const [, host, port = ''] = HOST.exec(text) ?? [];
  if (host === undefined) throw new Error(FORM_EXPECTED);
  return { host: decoded(host).replace(/^\[(.*)\]$/, '$1'), port };
}

/** Sets how this host's connections are encrypted, in the words of the driver. */
function encrypt(parameters: URLSearchParams, isSocket: boolean, { PGSSLMODE, PGSSLROOTCERT }: SslDefaults): void {
  const given = parameters.get('sslmode');
  if (given !== null && !SSL_MODES.includes(given))
    throw new Error(`expected sslmode to be one of ${SSL_MODES.join(', ')}`);
  const mode = given ?? PGSSLMODE;
  const root = parameters.get('sslrootcert') ?? PGSSLROOTCERT;
  if (isSocket) {
    for (const name of ['sslmode', 'sslrootcert', 'sslcert', 'sslkey']) parameters.delete(name);
    // The driver would otherwise read PGSSLMODE by itself.
    parameters.set('ssl', '0');
    return;
  }
  // The certificates that Node.js knows.
  if (root === 'system') parameters.delete('sslrootcert');
  else if (root && mode !== 'disable') parameters.set('sslrootcert', root);
  if (mode === undefined || parameters.get('uselibpqcompat') === 'true') return;
  if (mode === 'verify-ca') {
    if (!root || root === 'system')
      throw new Error(
        'expected sslrootcert, or PGSSLROOTCERT, to name the certificate of the CA: sslmode is verify-ca',
      );
    parameters.set('uselibpqcompat', 'true');
  }
  // The driver takes these for verify-full, and warns that it does.
  const isVerified = ['allow', 'prefer', 'require'].includes(mode);
  parameters.set('sslmode', isVerified ? 'verify-full' : mode);
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    return text;
  }
}
