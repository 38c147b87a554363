import { Column } from 'typeorm';
import { ResourceRecord } from '../resource/kit/resource-record.js';

/** The secrets of a client: the latest, and the previous one. Only their hashes are stored, and no route shows these columns. The record shows when they were made. */
export abstract class ClientSecretColumns extends ResourceRecord {
  /** SHA-256 of the secret, in base64url. */
  @Column({ type: 'text', name: 'secret_hash', collation: 'C', nullable: true })
  secretHash!: string | null;

  @Column({ type: 'text', name: 'previous_secret_hash', collation: 'C', nullable: true })
  previousSecretHash!: string | null;

  /** The MACs of `ClientSealsService`; null in a row that the service did not write. If they do not match, the client cannot authenticate. */
  @Column({ type: 'text', nullable: true })
  mac!: string | null;
}
