/** Characters that a URL may contain as they are or percent-encoded, with the same meaning (RFC 3986, section 2.3). */
const UNRESERVED = /[\w.~-]/;

/**
 * Compares the `htu` of proofs with the URLs of requests. The URL of a request is the public URL of the service and the path of the
 * request. The header Host does not count: a server to which a client sends a proof could forward the proof here with its own name as Host.
 */
export class ProofTargets {
  private readonly origin: string;
  private readonly prefix: string;

  /** @param publicUrl without a trailing slash */
  constructor(publicUrl: string) {
    const { origin, pathname } = new URL(publicUrl);
    this.origin = origin;
    this.prefix = normalized(pathname);
  }

  /**
   * Whether `htu` is the URL of a request with this target, without query and fragment (RFC 9449, section 4.3). Differences in the case of
   * the host, the default port, duplicate and trailing slashes, and the percent-encoding of letters do not matter. The target has no path
   * of the public URL in front, and the `htu` has it: a proof for a neighbour at the same origin is no proof for this service.
   */
  isUrlOf(htu: string, target: string): boolean {
    if (!URL.canParse(htu)) return false;
    const { origin, pathname, username, password } = new URL(htu);
    if (origin !== this.origin || username !== '' || password !== '') return false;
    const [path = ''] = target.split(/[?#]/, 1);
    const expected = normalized(new URL(path.replace(/^\/+/, '/'), this.origin).pathname);
    return normalized(pathname) === this.prefix + expected;
  }
}

/** The path with one spelling for each meaning. The root is empty. */
function normalized(path: string): string {
  return path
    .replace(/%[\da-f]{2}/gi, (escape) => {
      const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
      return UNRESERVED.test(character) ? character : escape.toUpperCase();
    })
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '');
}
