import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/policy.js';
import { servesConsole } from '../config/serves-console.js';
import { Settings } from '../config/settings.js';
import { HOME_PAGE_POLICY, homePage } from './home-page.js';
import { ServerSummary } from './server-summary.js';

/** The root path: a page for browsers, JSON for other clients. */
@ApiTags('Discovery')
@Public()
@Controller()
export class HomeController {
  private readonly summary: ServerSummary;
  private readonly page: string;

  constructor(settings: Settings) {
    const has = { documentation: settings.API_DOCS === 'on', console: servesConsole(settings) };
    this.summary = ServerSummary.of(settings.PUBLIC_URL, has);
    this.page = homePage(this.summary);
  }

  @Get()
  @ApiOperation({ operationId: 'home', summary: 'Describe the service, with links' })
  @ApiExtraModels(ServerSummary)
  @ApiResponse({
    status: 200,
    description: 'JSON, or a page for clients that prefer HTML.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ServerSummary) } },
      'text/html': { schema: { type: 'string' } },
    },
  })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  home(@Headers('accept') accept: string | undefined, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    const { vary } = reply.getHeaders();
    void reply.header('vary', vary === undefined ? 'Accept' : `${String(vary)}, Accept`);
    if (!prefersHtml(accept)) return this.summary;
    void reply.type('text/html; charset=utf-8').header('content-security-policy', HOME_PAGE_POLICY);
    return this.page;
  }
}

/**
 * Whether the client names HTML with at least the same preference as JSON (RFC 9110, section 12.5.1). A client that accepts anything gets
 * JSON.
 */
function prefersHtml(accept = ''): boolean {
  const html = qualityOf('text/html', accept);
  return html > 0 && html >= qualityOf('application/json', accept);
}

function qualityOf(type: string, accept: string): number {
  const range = accept
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((piece) => piece.trim()))
    .find(([name]) => name === type);
  if (!range) return 0;
  const quality = range.find((piece) => piece.startsWith('q='))?.slice(2);
  return quality === undefined ? 1 : Number(quality) || 0;
}
