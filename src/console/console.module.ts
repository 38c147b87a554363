import { Module } from '@nestjs/common';
import { ConsoleController } from './console.controller.js';

/** Serves the pages for security and support staff at `/console`. */
@Module({ controllers: [ConsoleController] })
export class ConsoleModule {}
