import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key pair that signs access tokens. The private key is sealed, so a reader of the database cannot sign. */
@Entity('signing_keys')
export class SigningKey {
  /** JWK thumbprint (RFC 7638): the `kid` of the tokens it signs. */
  @PrimaryColumn({ type: 'text', collation: 'C' })
  kid!: string;

  /** Private JWK, as a compact JWE (dir, A256GCM). */
  @Column({ type: 'text', name: 'sealed_key' })
  sealedKey!: string;

  /** When the key begins to sign. Until then it is only announced in the key set, so that verifiers know it in time. */
  @Column({ type: 'timestamptz', name: 'signs_from' })
  signsFrom!: Date;

  @Column({ type: 'timestamptz', name: 'created_on', insert: false, update: false, default: () => 'now()' })
  createdOn!: Date;
}
