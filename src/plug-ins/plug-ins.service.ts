import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { PlugIn } from './plug-in.js';
import { PlugInError } from './plug-in-error.js';

/** Finds what the modules of the application plug in. */
@Injectable()
export class PlugInsService {
  constructor(private readonly discovery: DiscoveryService) {}

  /**
   * The plug-ins of a kind, in the order of their modules. Call this when the modules are loaded, from `onModuleInit` on.
   * @throws PlugInError when a plug-in is not made once at the start, but for each request or for each user of it
   */
  of<Kind extends PlugIn>(kind: abstract new () => Kind): Kind[] {
    const found = new Set<Kind>();
    for (const wrapper of this.discovery.getProviders()) {
      const instance: unknown = wrapper.instance;
      if (!(instance instanceof kind)) continue;
      if (wrapper.isTransient || !wrapper.isDependencyTreeStatic())
        throw new PlugInError(
          instance,
          'or something that it injects has a scope: a plug-in is made once, at the start.',
        );
      found.add(instance);
    }
    return [...found];
  }
}
