import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensService } from './refresh-tokens.service.js';

/**
 * The handler of a route whose acts Tessera's own service carries out, without a hook. Undefined if a team's service does it in a way of its own:
 * nothing is read for that, because its reads, and their events, are its own. A team's own controller has another handler.
 */
export function plainHandler(service: RefreshTokensService, name: 'get' | 'search'): object | undefined {
  const isOwn = Reflect.get(service, name) === Reflect.get(RefreshTokensService.prototype, name);
  return isOwn && !('afterRead' in service) ? Reflect.get(RefreshTokensController.prototype, name) : undefined;
}
