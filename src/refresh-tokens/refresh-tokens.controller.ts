import { Body, Controller, Delete, Get, Post, Put, Res, type StreamableFile } from '@nestjs/common';
import { RouteConstraints } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import { holdsRole, type Principal } from '../access/principal.js';
import { ApiCreate, ApiDelete, ApiGet, ApiList, ApiUpdate, ApiUpdateAt } from '../resource/api-resource.js';
import { BatchQuery } from '../resource/batch-query.js';
import { CheckedBodyAtId } from '../resource/body.pipe.js';
import { entityTagOf } from '../resource/entity-tag.js';
import { IdParam } from '../resource/id.pipe.js';
import { toBatch, toListEnvelope, type ListEnvelope } from '../resource/list-envelope.js';
import { Preconditions, RequestPreconditions } from '../resource/preconditions.js';
import { SearchQuery } from '../resource/search-parameters.js';
import { WriteEnvelope } from '../resource/write-envelope.js';
import type { Search } from '../resource/search.js';
import { RefreshTokenChange, RefreshTokenChangeById, RefreshTokenInput } from './dto/refresh-token.input.js';
import { ListedRefreshTokenView, RefreshTokenView } from './dto/refresh-token.view.js';
import { REFRESH_TOKEN_SEARCH } from './refresh-token.search.js';
import { RefreshTokensService } from './refresh-tokens.service.js';

const READ = 'RefreshToken-Read';

/** The RefreshToken resource (contract 1): its six operations, and the update at the path of the record's id. */
@ApiTags('RefreshTokens')
@Controller('api/sys/refreshtokens')
export class RefreshTokensController {
  constructor(private readonly tokens: RefreshTokensService) {}

  @Post()
  @Role('RefreshToken-Create')
  @ApiCreate('RefreshToken', RefreshTokenInput)
  async create(@Body() input: RefreshTokenInput, @CurrentPrincipal() principal: Principal): Promise<WriteEnvelope> {
    return WriteEnvelope.of('RefreshToken', 'created', await this.tokens.create(input, principal));
  }

  @Get()
  @Role('RefreshToken-List')
  @ApiList(REFRESH_TOKEN_SEARCH, ListedRefreshTokenView, { view: RefreshTokenView, role: READ })
  async search(
    @SearchQuery(REFRESH_TOKEN_SEARCH) search: Search,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ListEnvelope<ListedRefreshTokenView> | StreamableFile> {
    const reader = { actor: principal, seesTickets: holdsRole(principal, READ) };
    return toListEnvelope(search, await this.tokens.search(search, reader));
  }

  @Get()
  @RouteConstraints({ batch: true })
  @Role(READ)
  @ApiExcludeEndpoint()
  async getMany(
    @BatchQuery() ids: number[],
    @CurrentPrincipal() principal: Principal,
  ): Promise<readonly RefreshTokenView[] | StreamableFile> {
    return toBatch(await this.tokens.getMany(ids, principal));
  }

  @Get(':id')
  @Role(READ)
  @ApiGet('RefreshToken', RefreshTokenView)
  async get(
    @IdParam() id: number,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RefreshTokenView> {
    const record = await this.tokens.get(id, principal);
    void reply.header('etag', entityTagOf(record));
    return record;
  }

  @Put()
  @Role('RefreshToken-Edit')
  @ApiUpdate('RefreshToken', RefreshTokenChange)
  async update(
    @Body() change: RefreshTokenChange,
    @CurrentPrincipal() principal: Principal,
    @RequestPreconditions() preconditions: Preconditions,
  ): Promise<WriteEnvelope> {
    return WriteEnvelope.of('RefreshToken', 'updated', await this.tokens.update(change, principal, preconditions));
  }

  @Put(':id')
  @Role('RefreshToken-Edit')
  @ApiUpdateAt('RefreshToken', RefreshTokenChangeById)
  updateAt(
    @CheckedBodyAtId() change: RefreshTokenChange,
    @CurrentPrincipal() principal: Principal,
    @RequestPreconditions() preconditions: Preconditions,
  ): Promise<WriteEnvelope> {
    return this.update(change, principal, preconditions);
  }

  @Delete(':id')
  @Role('RefreshToken-Delete')
  @ApiDelete('RefreshToken')
  async delete(
    @IdParam() id: number,
    @CurrentPrincipal() principal: Principal,
    @RequestPreconditions() preconditions: Preconditions,
  ): Promise<WriteEnvelope> {
    return WriteEnvelope.of('RefreshToken', 'deleted', await this.tokens.delete(id, principal, preconditions));
  }
}
