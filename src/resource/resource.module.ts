import { Global, Module } from '@nestjs/common';
import { PageReaderService } from './page-reader.service.js';

/** Services that all resources use. */
@Global()
@Module({ providers: [PageReaderService], exports: [PageReaderService] })
export class ResourceModule {}
