/** The host in the URL that clients on this machine use. */
export function urlHost(host = '127.0.0.1'): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
