import { Global, Module } from '@nestjs/common';
import { PageReader } from './page-reader.service.js';

/** What every resource uses. */
@Global()
@Module({ providers: [PageReader], exports: [PageReader] })
export class ResourceModule {}
