/**
 * A record of a resource: what all records have in common (contract 1.1). A resource is a class that extends this one and declares its own
 * members.
 * @publicApi
 */
export abstract class ResourceRecord {
  readonly Id!: number;
  /** UUID version 7. */
  readonly UniqueId!: string;
  readonly CreatedOn!: Date;
  readonly UpdatedOn!: Date;
  /** E-mail of the user who last wrote the record. */
  readonly UpdatedBy!: string;
  /** Whether the record is less than 24 hours old, by the clock of the database. */
  readonly IsNew!: boolean;
  /** Free text of an external system. */
  SystemId!: string | null;
}
