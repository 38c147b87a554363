import 'reflect-metadata';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { EndedSessionsService } from './ended-sessions.service.js';
import { LiveSessionGuard } from './live-session.guard.js';
import { NotesController } from './notes.controller.js';
import { ProofsService } from './proofs.service.js';
import { Settings } from './settings.js';

@Module({})
class ResourceServer {}

/** The resource server, not yet listening. */
export function createResourceServer(settings: Settings): Promise<INestApplication> {
  return NestFactory.create(
    {
      module: ResourceServer,
      imports: [PassportModule],
      controllers: [NotesController],
      providers: [
        AccessTokenStrategy,
        EndedSessionsService,
        LiveSessionGuard,
        ProofsService,
        { provide: Settings, useValue: settings },
      ],
    },
    { logger: ['error', 'warn'] },
  );
}
