import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../access/policy.js';

/** A short address that people can be given: it leads to the console's page about the user's own account. */
@ApiTags('Console')
@Public()
@Controller('account')
export class AccountPageController {
  @Get()
  @ApiOperation({ operationId: 'accountPage', summary: 'Open the own account in the console' })
  @ApiResponse({ status: 302, description: 'The page is a part of the console.' })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  page(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    const [path = '', query] = request.originalUrl.split('?');
    // A relative address keeps the prefix of a proxy, and of an application around the service.
    const console = path.endsWith('/') ? '../console/' : 'console/';
    void reply.code(302).header('location', `${console}${query === undefined ? '' : `?${query}`}#/account`);
  }
}
