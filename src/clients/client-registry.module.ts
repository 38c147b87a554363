import { Module } from '@nestjs/common';
import { ClientOriginsService } from './client-origins.service.js';
import { ClientPrincipalsRepository } from './client-principals.repository.js';
import { ClientPrincipalsService } from './client-principals.service.js';
import { ClientRegistryRepository } from './client-registry.repository.js';
import { ClientsService } from './clients.service.js';

/** The registered clients, as sign-ins and refreshes need them. */
@Module({
  providers: [
    ClientRegistryRepository,
    ClientsService,
    ClientOriginsService,
    ClientPrincipalsRepository,
    ClientPrincipalsService,
  ],
  exports: [ClientRegistryRepository, ClientsService, ClientOriginsService, ClientPrincipalsService],
})
export class ClientRegistryModule {}
