import { Module } from '@nestjs/common';
import { ClientRegistryRepository } from './client-registry.repository.js';
import { ClientsService } from './clients.service.js';

/** The registered clients, as sign-ins and refreshes need them. */
@Module({
  providers: [ClientRegistryRepository, ClientsService],
  exports: [ClientRegistryRepository, ClientsService],
})
export class ClientRegistryModule {}
