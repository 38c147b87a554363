import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { Public } from '../access/policy.js';
import { ApiPublicFailures } from '../http/api-failures.js';
import { AppError } from '../kernel/app-error.js';
import { ConsolePages } from './console-pages.js';

const PAGE = 'index.html';
/** The names of these files contain a digest of their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * Scripts, styles and requests of this origin only. The styles that the page makes are rules of empty `style` elements, so the policy allows
 * the hash of the empty text, and no inline style.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'sha256-${createHash('sha256').update('').digest('base64')}'`,
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The pages of the console. They call the public API with the tokens of the signed-in user, and have no rights of their own. */
@ApiTags('Console')
@Public()
@Controller('console')
export class ConsoleController {
  private readonly pages = new ConsolePages();

  @Get()
  @ApiOperation({ operationId: 'console', summary: 'Open the console' })
  @ApiResponse({ status: 200, description: 'The page.', content: { 'text/html': { schema: { type: 'string' } } } })
  @ApiResponse({ status: 308, description: 'The page is at the same path with a slash at its end.' })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  page(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    const [path = '', query] = request.originalUrl.split('?');
    // The addresses in the page are relative, so the page needs the slash.
    if (!path.endsWith('/')) {
      void reply.code(308).header('location', `console/${query === undefined ? '' : `?${query}`}`);
      return Promise.resolve(Buffer.alloc(0));
    }
    void reply.header('content-security-policy', POLICY);
    return this.send(PAGE, request, reply);
  }

  @Get('assets/:name')
  @ApiOperation({ operationId: 'consoleFile', summary: 'Get a file of the console' })
  @ApiParam({ name: 'name', schema: { type: 'string' }, example: 'index.js' })
  @ApiResponse({
    status: 200,
    description: 'The file.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiPublicFailures(404)
  asset(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    // The page has its own path, with its own policy.
    if (name === PAGE) throw noFile();
    return this.send(name, request, reply);
  }

  private async send(name: string, request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    const file = await this.pages.find(name, request.headers['accept-encoding']);
    if (!file) throw noFile();
    if (name !== PAGE) void reply.header('cache-control', IMMUTABLE).removeHeader('pragma');
    if (file.encoding) void reply.header('content-encoding', file.encoding);
    const { vary } = reply.getHeaders();
    void reply.type(file.type).header('vary', [vary ?? [], 'Accept-Encoding'].flat().join(', '));
    return file.content;
  }
}

function noFile(): AppError {
  return new AppError('not_found', 404, 'The console has no such file.');
}
