import { Global, Module } from '@nestjs/common';
import { PageReaderService } from './page-reader.service.js';

/** What every resource uses. */
@Global()
@Module({ providers: [PageReaderService], exports: [PageReaderService] })
export class ResourceModule {}
