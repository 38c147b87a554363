import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module.js';
import { ClientOriginsService } from './client-origins.service.js';
import { ClientPrincipalsRepository } from './client-principals.repository.js';
import { ClientPrincipalsService } from './client-principals.service.js';
import { ClientRegistryRepository } from './client-registry.repository.js';
import { ClientRenewalService } from './client-renewal.service.js';
import { ClientRowsService } from './client-rows.service.js';
import { ClientSealsService } from './client-seals.service.js';
import { ClientsService } from './clients.service.js';

/** The registered clients, as sign-ins and refreshes need them. */
@Module({
  imports: [JobsModule],
  providers: [
    ClientRegistryRepository,
    ClientRowsService,
    ClientSealsService,
    ClientRenewalService,
    ClientsService,
    ClientOriginsService,
    ClientPrincipalsRepository,
    ClientPrincipalsService,
  ],
  exports: [ClientRowsService, ClientsService, ClientOriginsService, ClientPrincipalsService],
})
export class ClientRegistryModule {}
