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
import { ClientRegistryRepository } from './client-registry.repository.js';
import { ClientsService } from './clients.service.js';

/** The records of registered clients, and their secrets. Each change takes effect in this process immediately. */
@Injectable()
export class ClientRecordsService extends ResourceService<Client> {
  constructor(
    resource: DeclaredResource<Client>,
    repository: ResourceRepository<Client>,
    pages: PageReaderService,
    private readonly clients: ClientsService,
    private readonly registry: ClientRegistryRepository,
  ) {
    super(resource, repository, pages);
  }

  override create(input: object, actor: Actor): Promise<Write> {
    return this.changing(super.create(input, actor));
  }

  override update(change: { readonly Id: number }, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.changing(super.update(change, actor, preconditions));
  }

  override delete(id: number, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.changing(super.delete(id, actor, preconditions));
  }

  override runCommand(run: RunCommand, actor: Actor): Promise<CommandRun> {
    return this.changing(super.runCommand(run, actor));
  }

  /** Makes a secret of a client. The answer is the only place that ever has it. The secret before it stays valid. */
  @Handles(MAKE_SECRET)
  async makeSecret([client]: readonly [Client], _parameters: object, { actor, manager }: Act): Promise<object> {
    demandPower(actor, client);
    const { secret, hash } = newSecret();
    const { madeOn, previousMadeOn } = await this.registry.addSecret(client.Id, hash, manager);
    const dates = { MadeOn: formatDateTime(madeOn), PreviousMadeOn: previousMadeOn && formatDateTime(previousMadeOn) };
    return { Id: client.Id, ClientId: client.ClientId, ClientSecret: secret, ...dates };
  }

  /** Ends the earlier of the two secrets of a client. */
  @Handles(RETIRE_SECRET)
  async retireSecret([client]: readonly [Client], _parameters: object, { manager }: Act): Promise<object> {
    const hasRetired = await this.registry.retireSecret(client.Id, manager);
    return { Id: client.Id, ClientId: client.ClientId, HasRetired: hasRetired };
  }

  protected override beforeCreate(client: Client, { actor }: Act): void {
    this.demandConsistent(client);
    demandPower(actor, client);
  }

  protected override beforeUpdate(client: Client, before: Client, { actor }: Act): void {
    this.demandConsistent(client, before);
    demandPower(actor, client, before);
  }

  private demandConsistent(client: Client, before?: Client): void {
    const rules = { defaults: this.clients.defaults, roles: this.clients.knownRoles() };
    const failures = clientFailures(client, rules, before);
    if (failures.length > 0) throw new ValidationError(failures);
  }

  private async changing<T>(act: Promise<T>): Promise<T> {
    try {
      return await act;
    } finally {
      this.clients.forget();
    }
  }
}
