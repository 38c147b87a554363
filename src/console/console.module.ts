import { Module } from '@nestjs/common';
import { AccountPageController } from './account-page.controller.js';
import { ConsoleController } from './console.controller.js';

/** Serves the pages for security and support staff at `/console`. */
@Module({ controllers: [ConsoleController, AccountPageController] })
export class ConsoleModule {}
