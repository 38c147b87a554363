import { Module } from '@nestjs/common';
import { ResourceModule } from '../resource/resource.module.js';
import { ClientRecordsService } from './client-records.service.js';
import { ClientRegistryModule } from './client-registry.module.js';
import { Client } from './client.entity.js';
import { CreateClients1797000001000 } from './migrations/1797000001000-create-clients.js';
import { AddClientRoles1797000002000 } from './migrations/1797000002000-add-client-roles.js';

/** The Client resource: the records of registered clients. */
@Module({
  imports: [
    ResourceModule.forFeature([{ resource: Client, service: ClientRecordsService, imports: [ClientRegistryModule] }], {
      migrations: [CreateClients1797000001000, AddClientRoles1797000002000],
    }),
  ],
})
export class ClientsModule {}
