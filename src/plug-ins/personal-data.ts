import { PlugIn } from './plug-in.js';

/**
 * A person whose name an erasure replaces.
 * @publicApi
 */
export interface ErasedPerson {
  /** The e-mail of the user, in lower case. */
  readonly email: string;
  /** What to write where the name or other facts of the person must not stay, such as `erased-5f0c6a5e8f0c4c53`. */
  readonly pseudonym: string;
}

/**
 * What a module stores about a person: how an export reads it, and how an erasure removes it. The person need not be a user any more.
 * @publicApi
 */
export abstract class PersonalData extends PlugIn {
  /** The member of the export, in Pascal case, such as `Orders`. */
  abstract readonly name: string;

  /**
   * Everything that is stored about the user with this e-mail, which is in lower case. Each element becomes an element of the export as JSON,
   * so it has no secret. Read large data page by page: the export has only the present element in memory.
   */
  abstract stored(email: string): AsyncIterable<object>;

  /**
   * Deletes what is stored about a person, or replaces the name by the pseudonym, and returns how many rows it changed. An erasure calls it twice:
   * immediately, and a quarter of an hour later, for what requests in flight wrote meanwhile. If it throws, it is called again.
   */
  abstract erase(person: ErasedPerson): Promise<number>;
}
