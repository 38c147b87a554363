import { Module } from '@nestjs/common';
import { ClientOriginsService } from './client-origins.service.js';
import { ClientRegistryRepository } from './client-registry.repository.js';
import { ClientsService } from './clients.service.js';

/** The registered clients, as sign-ins and refreshes need them. */
@Module({
  providers: [ClientRegistryRepository, ClientsService, ClientOriginsService],
  exports: [ClientRegistryRepository, ClientsService, ClientOriginsService],
})
export class ClientRegistryModule {}
