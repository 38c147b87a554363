import { All, Controller, VERSION_NEUTRAL } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';

/**
 * The place of Tessera among the routes of the surrounding application: every path that has no route of its own, below the prefix of that
 * application. `MountedTessera` answers its requests before guards, pipes and the body parsers of that application run.
 */
@ApiExcludeController()
@Controller({ version: VERSION_NEUTRAL })
export class MountController {
  @All('*')
  @RouteConfig({ isMountOfTessera: true })
  mount(): never {
    throw new Error('A request for Tessera was not passed on.');
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Marks the route whose requests go to Tessera inside another application. */
    isMountOfTessera?: boolean;
  }
}
