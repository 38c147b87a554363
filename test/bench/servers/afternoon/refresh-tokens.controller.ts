import { Body, Controller, Get, Param, ParseIntPipe, Post, Query, Req, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { CreateRefreshTokenDto } from './create-refresh-token.dto.js';
import type { CurrentUser } from './jwt.strategy.js';
import type { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokensService } from './refresh-tokens.service.js';

const DAY_MS = 86_400_000;

@Controller('api/sys/refreshtokens')
@UseGuards(AuthGuard('jwt'))
export class RefreshTokensController {
  constructor(private readonly service: RefreshTokensService) {}

  @Get(':id')
  async findOne(@Param('id', ParseIntPipe) id: number): Promise<object> {
    return toRecord(await this.service.findOne(id));
  }

  @Get()
  async find(
    @Query('RefreshToken_Subject') subject?: string,
    @Query('page', new ParseIntPipe({ optional: true })) page = 1,
    @Query('size', new ParseIntPipe({ optional: true })) size = 25,
  ): Promise<object> {
    const [tokens, total] = await this.service.find(subject === undefined ? {} : { subject }, page, size);
    return { Records: tokens.map(toRecord), CurrentPage: page, CurrentPageSize: size, TotalItems: total };
  }

  @Post()
  async create(@Body() dto: CreateRefreshTokenDto, @Req() { user }: { user: CurrentUser }): Promise<object> {
    const { id, updatedOn, updatedBy } = await this.service.create(dto, user);
    return { Status: 200, Value: { Id: id }, UpdatedOn: updatedOn, UpdatedBy: updatedBy, WasSuccessful: true };
  }
}

function toRecord(token: RefreshToken): object {
  return {
    Subject: token.subject,
    ClientId: token.clientId,
    ExpiresOn: token.expiresOn,
    ProtectedTicket: token.protectedTicket,
    TicketHash: token.ticketHash,
    TicketSalt: token.ticketSalt,
    Id: token.id,
    UpdatedOn: token.updatedOn,
    CreatedOn: token.createdOn,
    UniqueId: token.uniqueId,
    UpdatedBy: token.updatedBy,
    IsNew: Date.now() - token.createdOn.getTime() < DAY_MS,
    SystemId: token.systemId,
    ToStringText: `${token.subject} (${token.clientId})`,
    LocalizationDetails: null,
    CustomFields: null,
  };
}
