import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ClientRegistryRepository } from './client-registry.repository.js';
import { ClientSealsService } from './client-seals.service.js';

/** Signs clients again after a change of TESSERA_SECRET, so that the previous secret can be removed. */
@Injectable()
export class ClientRenewalService implements OnModuleInit {
  constructor(
    private readonly settings: Settings,
    private readonly seals: ClientSealsService,
    private readonly rows: ClientRegistryRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    const { TESSERA_SECRET, TESSERA_SECRET_PREVIOUS } = this.settings;
    if (TESSERA_SECRET_PREVIOUS.length === 0) return;
    const current = new ClientSealsService({ TESSERA_SECRET, TESSERA_SECRET_PREVIOUS: [] });
    // A new signature would make a row genuine that the service did not write.
    for (const client of await this.rows.signed())
      if (this.seals.isGenuine(client) && !current.isGenuine(client))
        await this.rows.replaceMac(client.mac ?? '', current.sign(client));
  }
}
