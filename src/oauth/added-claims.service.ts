import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RETRY_AFTER_SECONDS } from '../database/database-failures.js';
import { AppError } from '../kernel/app-error.js';
import { withinTime } from '../observability/within-time.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import { PlugInsService } from '../plug-ins/plug-ins.service.js';
import type { Session } from '../sessions/session.js';
import { AddedClaims, type ClaimedSession } from './added-claims.js';

const LIMIT_MS = 2_000;
/** A token travels in a header, and many servers limit all headers to 8 KiB. */
const MOST_BYTES = 2_048;
/** The claims of the service (RFC 9068), those that a verifier evaluates (RFC 7519, 7800, 8693), and the members of introspection. */
const OWN: readonly string[] = [
  ...['iss', 'aud', 'sub', 'client_id', 'sid', 'generation', 'iat', 'exp', 'auth_time', 'amr', 'cutoffs_seen', 'jti'],
  ...['nbf', 'cnf', 'act', 'may_act', 'scope', 'active', 'token_type', 'username'],
];

/** The claims that modules add to access tokens. */
@Injectable()
export class AddedClaimsService implements OnModuleInit {
  private sources: readonly AddedClaims[] = [];

  constructor(private readonly plugIns: PlugInsService) {}

  /** @throws PlugInError when a plug-in declares a claim that another one has */
  onModuleInit(): void {
    this.sources = this.plugIns.of(AddedClaims);
    const declared = new Map<string, AddedClaims>();
    for (const source of this.sources) {
      for (const name of namesOf(source)) {
        if (OWN.includes(name)) throw new PlugInError(source, `adds the claim ${name}, which belongs to the service.`);
        const other = declared.get(name);
        if (other) throw new PlugInError(source, `adds the claim ${name}, as ${other.constructor.name} does.`);
        declared.set(name, source);
      }
    }
  }

  /** Whether no module adds claims. */
  get areNone(): boolean {
    return this.sources.length === 0;
  }

  /** The claims to add to an access token of a session. @throws AppError 503 claims_unavailable when a plug-in fails */
  async of(session: Session): Promise<Readonly<Record<string, unknown>>> {
    const { subject, clientId, uniqueId: sessionId, authTime, amr } = session;
    const about = { subject, clientId, sessionId, authTime, amr };
    const all = await Promise.all(this.sources.map((source) => claimsOf(source, about)));
    const claims = Object.assign({}, ...all) as Record<string, unknown>;
    const bytes = Buffer.byteLength(JSON.stringify(claims));
    if (bytes > MOST_BYTES) throw unavailable(`The added claims have ${bytes} bytes, of ${MOST_BYTES} at most.`);
    return claims;
  }
}

function namesOf(source: AddedClaims): readonly string[] {
  const names: unknown = source.names;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))
    throw new PlugInError(source, 'needs `names`, a list of the claims that it adds.');
  return names as string[];
}

async function claimsOf(source: AddedClaims, session: ClaimedSession): Promise<object> {
  const { name } = source.constructor;
  try {
    const claims = await withinTime(
      Promise.resolve().then(() => source.claimsOf(session)),
      LIMIT_MS,
    );
    const other = Object.keys(claims).find((claim) => !source.names.includes(claim));
    if (other !== undefined) throw new Error(`it returned the claim ${other}, which its \`names\` do not list`);
    // What cannot be JSON throws here, and dates become texts.
    return JSON.parse(JSON.stringify(claims)) as object;
  } catch (error) {
    throw unavailable(`${name}: ${(error as Error).message}`);
  }
}

function unavailable(detail: string): AppError {
  return new AppError('claims_unavailable', 503, 'The claims of the access token are not available. Try again.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    detail,
  });
}
