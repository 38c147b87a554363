import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../kernel/date-time.js';
import type { Actor } from '../kernel/origin.js';
import { ValidationError } from '../kernel/validation-error.js';
import type { CommandRun } from '../resource/kit/command-runs.js';
import { Handles } from '../resource/kit/command-declarations.js';
import { DeclaredResource } from '../resource/kit/declared-resource.js';
import type { Act } from '../resource/kit/resource-hooks.js';
import { ResourceRepository } from '../resource/kit/resource.repository.js';
import { ResourceService } from '../resource/kit/resource.service.js';
import type { RunCommand } from '../resource/kit/run-command.js';
import { PageReaderService } from '../resource/page-reader.service.js';
import type { Preconditions } from '../resource/preconditions.js';
import type { Write } from '../resource/write-envelope.js';
import { clientFailures } from './client-faults.js';
import { demandPower } from './client-power.js';
import { newSecret } from './client-secrets.js';
import { MAKE_SECRET, RETIRE_SECRET, type Client } from './client.entity.js';
import { ClientRowsService } from './client-rows.service.js';
import { ClientsService } from './clients.service.js';
import { words } from './registered-client.js';

/** The records of registered clients, and their secrets. Each change takes effect in this process immediately. */
@Injectable()
export class ClientRecordsService extends ResourceService<Client> {
  constructor(
    resource: DeclaredResource<Client>,
    repository: ResourceRepository<Client>,
    pages: PageReaderService,
    private readonly clients: ClientsService,
    private readonly rows: ClientRowsService,
  ) {
    super(resource, repository, pages);
  }

  override create(input: object, actor: Actor): Promise<Write> {
    return this.changing(super.create(input, actor));
  }

  override update(change: { readonly Id: number }, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.restricting(super.update(change, actor, preconditions));
  }

  override delete(id: number, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.restricting(super.delete(id, actor, preconditions));
  }

  override runCommand(run: RunCommand, actor: Actor): Promise<CommandRun> {
    return this.changing(super.runCommand(run, actor));
  }

  /** Makes a secret of a client. The answer is the only place that ever has it. The secret before it stays valid. */
  @Handles(MAKE_SECRET)
  async makeSecret([client]: readonly [Client], _parameters: object, { actor, manager }: Act): Promise<object> {
    demandPower(actor, client);
    const { secret, hash } = newSecret();
    const { madeOn, previousMadeOn } = await this.rows.addSecret(client.Id, hash, manager);
    const dates = { MadeOn: formatDateTime(madeOn), PreviousMadeOn: previousMadeOn && formatDateTime(previousMadeOn) };
    return { Id: client.Id, ClientId: client.ClientId, ClientSecret: secret, ...dates };
  }

  /** Ends the earlier of the two secrets of a client. */
  @Handles(RETIRE_SECRET)
  async retireSecret([client]: readonly [Client], _parameters: object, { manager }: Act): Promise<object> {
    const hasRetired = await this.rows.retireSecret(client.Id, manager);
    return { Id: client.Id, ClientId: client.ClientId, HasRetired: hasRetired };
  }

  protected override beforeCreate(client: Client, act: Act): Promise<void> {
    return this.check(client, act);
  }

  protected override beforeUpdate(client: Client, before: Client, act: Act): Promise<void> {
    return this.check(client, act, before);
  }

  protected override async createIn(act: Act, client: Client): Promise<Write> {
    const write = await super.createIn(act, client);
    await this.rows.sign(write.id, act.manager);
    return write;
  }

  protected override async updateIn(act: Act, client: Client, before: Client, reason: string): Promise<Write> {
    await this.rows.dropForeignSecrets(client.Id, act.manager);
    const write = await super.updateIn(act, client, before, reason);
    await this.rows.sign(client.Id, act.manager);
    return write;
  }

  private async check(client: Client, { actor, manager }: Act, before: Client = client): Promise<void> {
    const rules = { defaults: this.clients.defaults, roles: this.clients.knownRoles() };
    const failures = clientFailures(client, rules, before);
    if (failures.length > 0) throw new ValidationError(failures);
    demandPower(actor, client, before);
    client.AllowedGrants &&= words(client.AllowedGrants).join(' ');
    client.AllowedOrigins &&= words(client.AllowedOrigins).join(' ');
    if ((client.SessionsPerUser ?? 1) > 1) await this.rows.allowSeveralSessions(manager);
  }

  /** A change after which users may have more sessions than the client allows. */
  private async restricting(act: Promise<Write>): Promise<Write> {
    const write = await this.changing(act);
    this.rows.endSurplusSessions();
    return write;
  }

  private async changing<T>(act: Promise<T>): Promise<T> {
    try {
      return await act;
    } finally {
      this.clients.forget();
    }
  }
}
