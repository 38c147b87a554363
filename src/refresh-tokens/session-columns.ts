import { Column } from 'typeorm';
import { ResourceRecord } from '../resource/kit/resource-record.js';

/** What the service stores about a session beside the members of its record. No client sees these columns. */
export abstract class SessionColumns extends ResourceRecord {
  /** Whether the service issued the token. The token of a record that a client wrote cannot be redeemed. */
  @Column({ type: 'boolean', default: false })
  issued!: boolean;

  /** The number of the session among those of its user at its client, from 0. */
  @Column({ type: 'integer', default: 0 })
  slot!: number;

  /** The generation of the current token. Each refresh and sign-in makes it greater. */
  @Column({ type: 'bigint', nullable: true })
  generation!: number | null;

  /** The generation with which the present login began. Older generations belong to earlier logins. */
  @Column({ type: 'bigint', name: 'first_generation', nullable: true })
  firstGeneration!: number | null;

  /** When the current generation was issued. */
  @Column({ type: 'timestamptz', name: 'rotated_on', nullable: true })
  rotatedOn!: Date | null;

  /** When the user last proved who they are. */
  @Column({ type: 'timestamptz', name: 'auth_time', nullable: true })
  authTime!: Date | null;

  /** How the user was authenticated (RFC 8176). */
  @Column({ type: 'text', array: true, nullable: true })
  amr!: string[] | null;

  /** The times of the last few rotations before `rotatedOn`, the latest first. */
  @Column({ type: 'timestamptz', array: true, default: () => "'{}'" })
  rotations!: Date[];

  /** When the session's token was last redeemed: by sign-in, refresh, or a repeated answer. */
  @Column({ type: 'timestamptz', name: 'last_redeemed_on', nullable: true })
  lastRedeemedOn!: Date | null;

  @Column({ type: 'text', name: 'last_request_id', collation: 'C', nullable: true })
  lastRequestId!: string | null;

  /** How often the service has repeated the current token, because the answer may have been lost. */
  @Column({ type: 'integer', default: 0 })
  repetitions!: number;

  /** The latest generation of which the service accepted an access token. So the client has received this generation. */
  @Column({ type: 'bigint', name: 'confirmed_generation', nullable: true })
  confirmedGeneration!: number | null;

  @Column({ type: 'inet', name: 'last_address', nullable: true })
  lastAddress!: string | null;

  @Column({ type: 'text', name: 'last_user_agent', collation: 'C', nullable: true })
  lastUserAgent!: string | null;

  /** The latest cutoff that the sign-in saw. Later cutoffs may have ended the session. */
  @Column({ type: 'bigint', name: 'cutoffs_seen', nullable: true })
  cutoffsSeen!: number | null;

  /** The address from which the user signed in. */
  @Column({ type: 'inet', name: 'first_address', nullable: true })
  firstAddress!: string | null;

  /** What the client called the device at the sign-in. */
  @Column({ type: 'text', name: 'device_name', collation: 'C', nullable: true })
  deviceName!: string | null;

  /** The thumbprint of the key to which the session is bound (RFC 9449, section 5). */
  @Column({ type: 'text', collation: 'C', nullable: true })
  jkt!: string | null;

  /** The first generation that was issued to this key. */
  @Column({ type: 'bigint', name: 'bound_from', nullable: true })
  boundFrom!: number | null;
}
