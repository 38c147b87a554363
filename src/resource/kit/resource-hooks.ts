import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kernel/origin.js';
import type { ResourceRecord } from './resource-record.js';

/**
 * The act that a hook or a command is part of: who acts, and its transaction.
 * @publicApi
 */
export interface Act {
  readonly actor: Actor;
  /** Everything that a hook does with it stands or falls with the act. */
  readonly manager: EntityManager;
}

/**
 * What a service may do within the transaction of each act: override the methods. If a hook throws, nothing of the act remains, its audit event
 * neither. A hook may change the record that it gets. The kit checks what it changed by the rules of the members.
 * @publicApi
 */
export abstract class ResourceHooks<R extends ResourceRecord> {
  /** Before a record is created. It has no Id yet. */
  protected beforeCreate?(record: R, act: Act): Promise<void> | void;

  /** Before a record is updated, by a client or a command. `before` is the record as it is; the row is locked. */
  protected beforeUpdate?(record: R, before: R, act: Act): Promise<void> | void;

  /** Before a record is deleted. The row is locked. */
  protected beforeDelete?(record: R, act: Act): Promise<void> | void;

  /** After a record was read, before it is shown: it may change what is shown, not what is stored. */
  protected afterRead?(record: R, act: Act): Promise<void> | void;
}
