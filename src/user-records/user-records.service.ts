import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/origin.js';
import { failedMember } from '../kernel/validation-error.js';
import { Handles } from '../resource/kit/command-declarations.js';
import { DeclaredResource } from '../resource/kit/declared-resource.js';
import { changesJson } from '../resource/kit/record-values.js';
import type { Act } from '../resource/kit/resource-hooks.js';
import type { ResourceView } from '../resource/kit/resource-views.js';
import { ResourceService, type Reader } from '../resource/kit/resource.service.js';
import { PageReaderService } from '../resource/page-reader.service.js';
import type { Preconditions } from '../resource/preconditions.js';
import type { Found, Search } from '../resource/search.js';
import type { Write } from '../resource/write-envelope.js';
import { UserWritesService } from '../users/user-writes.service.js';
import { KnownRolesService } from './known-roles.service.js';
import type { UserChange, UserInput, UserRecord } from './user-record.js';
import { demandOwnRights } from './user-rights.js';
import { UserRecordsRepository } from './user-records.repository.js';
import { changeOf, madePassword, newRowOf, stateAfter } from './user-states.js';

/** A user that was created, with the password that was made for it. */
interface CreatedUser extends Write {
  readonly madePassword?: string;
}

/** The acts on users as records. `UserWritesService` writes their rows, with the MACs, the events and the ends of sessions. */
@Injectable()
export class UserRecordsService extends ResourceService<UserRecord> {
  constructor(
    resource: DeclaredResource<UserRecord>,
    private readonly records: UserRecordsRepository,
    pages: PageReaderService,
    private readonly writes: UserWritesService,
    private readonly roles: KnownRolesService,
  ) {
    super(resource, records, pages);
  }

  /** As for every resource. E-mail addresses are compared without regard to case. */
  override search(search: Search, reader: Reader): Promise<Found<ResourceView>> {
    const filters = search.filters.map((filter) =>
      filter.member === 'Email' && 'value' in filter
        ? { ...filter, value: String(filter.value).toLowerCase() }
        : filter,
    );
    return super.search({ ...search, filters }, reader);
  }

  /**
   * Adds a user. Without a password in the body, one is made, which must be changed.
   * @throws ValidationError when the e-mail is taken or a role does not exist, AppError 403 for rights that the caller does not have
   */
  override async create(input: UserInput, actor: Actor): Promise<CreatedUser> {
    const made = input.Password ? undefined : madePassword();
    const state = stateAfter({ ...input, ...(made !== undefined && { MustResetPassword: true }) });
    this.roles.demand(state.Roles, []);
    demandOwnRights(actor, state);
    const passwordHash = await this.writes.hash(made ?? input.Password ?? '');
    const changes = changesJson(this.resource, undefined, state);
    const write = await this.records.transaction((manager) =>
      this.writes.add(newRowOf(state, passwordHash, actor.name), { actor, manager, changes }),
    );
    if (!write) throw failedMember('Email', state.Email, 'is the same as that of another User');
    return made === undefined ? write : { ...write, madePassword: made };
  }

  /** As for every resource, with the rights of the caller as a limit. The record that is locked has the hash of a new password, never the password. */
  override async update(change: UserChange, actor: Actor, preconditions: Preconditions): Promise<Write> {
    const Password = change.Password ? await this.writes.hash(change.Password) : null;
    return super.update({ ...change, Password } as UserChange, actor, preconditions);
  }

  @Handles('USER_ENABLE')
  enable(users: readonly UserRecord[], _parameters: object, { actor }: Act): void {
    demandOwnRights(actor, ...users);
    for (const user of users) user.Active = true;
  }

  @Handles('USER_DISABLE')
  disable(users: readonly UserRecord[], _parameters: object, { actor }: Act): void {
    demandOwnRights(actor, ...users);
    for (const user of users) user.Active = false;
  }

  @Handles('USER_REQUIRE_PASSWORD_CHANGE')
  requirePasswordChange(users: readonly UserRecord[], _parameters: object, { actor }: Act): void {
    demandOwnRights(actor, ...users);
    for (const user of users) user.MustResetPassword = true;
  }

  @Handles('USER_REMOVE_SECOND_FACTOR')
  removeSecondFactor(users: readonly UserRecord[], _parameters: object, { actor }: Act): void {
    demandOwnRights(actor, ...users);
    for (const user of users) user.HasSecondFactor = false;
  }

  protected override async updateIn({ actor, manager }: Act, record: UserRecord, before: UserRecord): Promise<Write> {
    const state = stateAfter(record, before);
    if (state.Email !== before.Email)
      throw failedMember('Email', state.Email, `must be ${before.Email}: it never changes`);
    this.roles.demand(state.Roles, before.Roles);
    demandOwnRights(actor, before, state);
    const changes = changesJson(this.resource, before, state);
    const written = await this.writes.change(before.Email, changeOf(state, before), { actor, manager, changes });
    return this.records.announceLater(written, manager);
  }

  protected override async deleteIn({ actor, manager }: Act, record: UserRecord): Promise<Write> {
    demandOwnRights(actor, record);
    const changes = changesJson(this.resource, record, undefined);
    const written = await this.writes.remove(record.Email, { actor, manager, changes });
    return this.records.announceLater(written, manager);
  }
}
