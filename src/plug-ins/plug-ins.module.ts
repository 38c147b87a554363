import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PlugInsService } from './plug-ins.service.js';

/** Lets every module find what the modules of the application plug in. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [PlugInsService], exports: [PlugInsService] })
export class PlugInsModule {}
