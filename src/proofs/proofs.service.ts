import { Injectable } from '@nestjs/common';
import { hash, randomUUID } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { checkedClaims, type ProofClaims } from './proof-claims.js';
import { invalidProof, nonceNeeded, otherKey, type ProofPlace } from './proof-failures.js';
import { ProofFault, ProofKeysService } from './proof-keys.service.js';
import { ProofNoncesService } from './proof-nonces.service.js';
import { ProofTargets } from './proof-target.js';
import { ProofsRepository, type DatedProof } from './proofs.repository.js';
import type { SentProof } from './sent-proof.js';

/** How long a proof with a nonce is good after the nonce became the current nonce, in seconds. */
const NONCE_LIFE = 300;
/** By how many seconds the clocks of replicas may differ, for nonces that were made before a replica knew the database's clock. */
const CLOCK_TOLERANCE = 60;

/** An access token, and the thumbprint of the key to which it is bound (RFC 7638, SHA-256). */
interface BoundToken {
  readonly accessToken: string;
  readonly jkt: string;
}

/** A proof with the right signature for its request. It is not judged yet whether the proof is new and recent. */
interface ReadProof extends ProofClaims {
  /** The thumbprint of the key that signed the proof. */
  readonly jkt: string;
  readonly sent: SentProof;
  readonly place: ProofPlace;
}

/** Checks DPoP proofs (RFC 9449, section 4.3). */
@Injectable()
export class ProofsService {
  private readonly targets: ProofTargets;

  constructor(
    private readonly keys: ProofKeysService,
    private readonly nonces: ProofNoncesService,
    private readonly proofs: ProofsRepository,
    private readonly settings: Settings,
  ) {
    this.targets = new ProofTargets(settings.PUBLIC_URL);
  }

  /**
   * Checks and uses the proof of a request to the token endpoint, and returns the thumbprint of its key.
   * @throws AppError 400 invalid_dpop_proof or use_dpop_nonce
   */
  async keyOf(sent: SentProof): Promise<string> {
    const proof = await this.readAt('token-endpoint', sent);
    await this.use(proof);
    return proof.jkt;
  }

  /**
   * Reads the proof of a request to a protected route, for the access token of the request. It checks everything but the age of the proof,
   * and whether it was used. @throws AppError 401 invalid_dpop_proof, or unauthorized when the proof is by another key
   */
  async read(sent: SentProof | undefined, { accessToken, jkt }: BoundToken): Promise<ReadProof> {
    if (!sent) throw invalidProof('the request has no header DPoP', 'route');
    const proof = await this.readAt('route', sent, accessToken);
    if (proof.jkt !== jkt) throw otherKey();
    return proof;
  }

  private async readAt(place: ProofPlace, sent: SentProof, accessToken?: string): Promise<ReadProof> {
    try {
      const signed = await this.keys.read(sent.text);
      const { jti, iat, nonce } = checkedClaims(signed, sent, this.targets, accessToken);
      return { jkt: signed.jkt, jti, iat, nonce, sent, place };
    } catch (error) {
      if (error instanceof ProofFault) throw invalidProof(error.message, place);
      throw error;
    }
  }

  /**
   * Uses a proof: no other request can use it, at any replica. The database's clock judges its age, by its nonce if it has one, otherwise
   * by its `iat`. @throws AppError invalid_dpop_proof for an old or used proof, use_dpop_nonce when a nonce is missing or too old
   */
  async use({ jkt, jti, iat, nonce, sent, place }: ReadProof): Promise<void> {
    const isNonceDemanded = this.settings.DPOP_NONCE === 'required';
    const nonceTime = nonce === undefined ? undefined : this.nonces.timeOf(nonce);
    if (nonceTime === undefined && (nonce !== undefined || isNonceDemanded))
      throw nonceNeeded(this.nonces.current(), place);
    const digest = hash('sha256', `${jkt} ${jti}`, 'hex').slice(0, 32);
    const times = nonceTime === undefined ? this.timesAround(iat) : timesOfNonce(nonceTime);
    const { isTimely, isFirst, now } = await this.proofs.use({ digest, usedBy: randomUUID(), ...times });
    this.nonces.learn(now);
    if (!isTimely && nonceTime !== undefined) throw nonceNeeded(this.nonces.current(), place);
    if (!isTimely) throw invalidProof('its iat is not recent', place);
    if (!isFirst) throw invalidProof('it was used before', place);
    const current = this.nonces.current();
    if (isNonceDemanded && nonce !== current) sent.offerNonce(current);
  }

  private timesAround(iat: number): Pick<DatedProof, 'goodFrom' | 'goodUntil'> {
    const { DPOP_PROOF_AGE: age } = this.settings;
    return { goodFrom: iat - age, goodUntil: iat + age };
  }
}

function timesOfNonce(time: number): Pick<DatedProof, 'goodFrom' | 'goodUntil'> {
  return { goodFrom: time - CLOCK_TOLERANCE, goodUntil: time + NONCE_LIFE };
}
