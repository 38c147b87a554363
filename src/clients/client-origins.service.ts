import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { AddedOrigins } from '../http/cross-origin.js';
import { AppError } from '../kernel/app-error.js';
import { withinTime } from '../observability/within-time.js';
import { ClientsService } from './clients.service.js';

/** How long a request of a browser waits for the registry, in milliseconds. */
const PATIENCE_MS = 500;

/** What a request says about the web page that sent it: the headers `Origin` and `Host`. */
export interface SendingPage {
  readonly origin: string | undefined;
  readonly host: string | undefined;
}

/** The origins of the web pages of registered clients. */
@Injectable()
export class ClientOriginsService implements AddedOrigins {
  private readonly logger = new Logger(ClientOriginsService.name);

  constructor(
    private readonly clients: ClientsService,
    private readonly settings: Settings,
  ) {}

  /** Whether no enabled client has an origin, as far as this process knows. */
  get areNone(): boolean {
    return this.clients.latestOrigins.size === 0;
  }

  /**
   * Whether an enabled client has this origin. Without the database, the origins that this process last knew count: otherwise a page could
   * not read why its request failed.
   */
  async allow(origin: string): Promise<boolean> {
    try {
      await withinTime(this.clients.refresh(), PATIENCE_MS);
    } catch (error) {
      this.logger.debug(`The origins of clients were not read: ${(error as Error).message}`);
    }
    return this.clients.latestOrigins.has(origin);
  }

  /**
   * Checks the page that uses a client. A client with origins is used by pages of these origins, by those of `ALLOWED_ORIGINS`, by those of
   * the service itself, and by programs that are no pages.
   * @throws AppError unauthorized_client for another page
   */
  async demand(clientId: string, { origin, host = '' }: SendingPage): Promise<void> {
    if (origin === undefined) return;
    const client = await this.clients.find(clientId);
    if (!client || client.allowedOrigins.length === 0) return;
    const { ALLOWED_ORIGINS, PUBLIC_URL } = this.settings;
    const isOwn = origin === new URL(PUBLIC_URL).origin || /^https?:\/\/(.*)$/.exec(origin)?.[1] === host;
    if (isOwn || client.allowedOrigins.includes(origin) || ALLOWED_ORIGINS.includes(origin)) return;
    const detail = 'origin-not-allowed';
    throw new AppError('unauthorized_client', 400, 'Pages of this origin may not use the client.', { detail });
  }
}
