import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Settings } from '../config/settings.js';
import { SettingsError } from '../config/settings-error.js';
import { MetricsService } from './metrics.service.js';

const PATH = '/metrics';
const REQUEST_TIMEOUT_MS = 5_000;
/** Longer than the metrics may take. */
const GRACE_MS = 3_000;

/** Serves the metrics on a port of their own, so that whatever serves the public port cannot serve them by mistake. */
@Injectable()
export class MetricsListener implements OnApplicationShutdown {
  private readonly logger = new Logger(MetricsListener.name);
  private server: Server | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly metrics: MetricsService,
  ) {}

  /**
   * Listens where the settings say; does nothing when they name no port.
   * @throws SettingsError when the port cannot be had
   */
  async open(): Promise<void> {
    const { METRICS_PORT: port, METRICS_HOST: host } = this.settings;
    if (port === undefined) return;
    const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS };
    const server = createServer(timeouts, (request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        this.logger.error(error);
        refuse(response, 500, 'The metrics could not be read.');
      });
    });
    try {
      await once(server.listen(port, host), 'listening');
    } catch (error) {
      throw new SettingsError([
        `METRICS_HOST, METRICS_PORT: expected where to listen, but: ${(error as Error).message}`,
      ]);
    }
    server.on('error', (error) => {
      this.logger.warn(`The metrics: ${error.message}`);
    });
    this.metrics.addProcess();
    this.server = server;
    this.logger.log(`The metrics are at ${PATH} on port ${port} of ${host}.`);
  }

  /** Lets answers under way be finished, for three seconds at most. */
  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    setTimeout(() => {
      server.closeAllConnections();
    }, GRACE_MS).unref();
    await closed;
  }

  private async answer({ url, method }: IncomingMessage, response: ServerResponse): Promise<void> {
    // Scrapes are seconds apart; a connection that is kept would only hold up the end.
    response.setHeader('connection', 'close');
    if (url?.split('?')[0] !== PATH) {
      refuse(response, 404, `There is nothing here but ${PATH}.`);
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      refuse(response, 405, `${PATH} offers GET and HEAD.`);
    } else {
      const { contentType, text } = await this.metrics.exposition();
      response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
      // Node leaves the body of an answer to HEAD out by itself.
      response.end(text);
    }
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
