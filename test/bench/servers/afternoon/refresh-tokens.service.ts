import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { FindOptionsWhere } from 'typeorm';
import { Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { CreateRefreshTokenDto } from './create-refresh-token.dto.js';
import type { CurrentUser } from './jwt.strategy.js';
import { RefreshToken } from './refresh-token.entity.js';

@Injectable()
export class RefreshTokensService {
  constructor(@InjectRepository(RefreshToken) private readonly tokens: Repository<RefreshToken>) {}

  async findOne(id: number): Promise<RefreshToken> {
    const token = await this.tokens.findOneBy({ id });
    if (!token) throw new NotFoundException();
    return token;
  }

  find(where: FindOptionsWhere<RefreshToken>, page: number, size: number): Promise<[RefreshToken[], number]> {
    return this.tokens.findAndCount({ where, order: { id: 'ASC' }, skip: (page - 1) * size, take: size });
  }

  create(dto: CreateRefreshTokenDto, { email }: CurrentUser): Promise<RefreshToken> {
    const token = this.tokens.create({
      uniqueId: uuidv7(),
      subject: dto.Subject,
      clientId: dto.ClientId,
      expiresOn: dto.ExpiresOn,
      protectedTicket: dto.ProtectedTicket,
      ticketHash: dto.TicketHash,
      ticketSalt: dto.TicketSalt,
      systemId: dto.SystemId ?? null,
      updatedBy: email,
    });
    return this.tokens.save(token);
  }
}
