import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../access/policy.js';

/**
 * A short address that people can be given: it leads to the console's page about the user's own account. Like the pages themselves, it is no
 * operation of the API.
 */
@ApiExcludeController()
@Public()
@Controller('account')
export class AccountPageController {
  @Get()
  page(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    const [path = '', query] = request.originalUrl.split('?');
    // A relative address keeps the prefix of a proxy, and of an application around the service.
    const console = path.endsWith('/') ? '../console/' : 'console/';
    void reply.code(302).header('location', `${console}${query === undefined ? '' : `?${query}`}#/account`);
  }
}
