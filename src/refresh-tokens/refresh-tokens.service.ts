import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../access/principal.js';
import { findPage } from '../database/search.js';
import type { Write } from '../http/write-envelope.js';
import { notFound } from '../kernel/app-error.js';
import type { Found, Search } from '../kernel/search.js';
import type { RefreshTokenChange, RefreshTokenInput } from './dto/refresh-token.input.js';
import { RefreshTokenView } from './dto/refresh-token.view.js';
import { RefreshToken } from './refresh-token.entity.js';
import { REFRESH_TOKEN_COLUMNS } from './refresh-token.search.js';

const RESOURCE = 'RefreshToken';
const CURRENT_SECOND = (): string => "date_trunc('second', now())";
/** What a statement returns of the record it wrote. */
const WRITE = 'id, updated_on AS "updatedOn", updated_by AS "updatedBy"';

/** The records of refresh tokens: created, read, searched, updated and deleted by administrators and their programs. */
@Injectable()
export class RefreshTokensService {
  constructor(@InjectRepository(RefreshToken) private readonly tokens: Repository<RefreshToken>) {}

  /** Stores a new record in the name of the principal. */
  async create(input: RefreshTokenInput, { email }: Principal): Promise<Write> {
    const values = { ...columnsOf(input), uniqueId: uuidv7(), updatedBy: email };
    const [write] = writesOf(await this.tokens.createQueryBuilder().insert().values(values).returning(WRITE).execute());
    if (!write) throw new Error('An insert returned no row.');
    return write;
  }

  /** The record. @throws AppError 404 when there is none */
  async get(id: number): Promise<RefreshTokenView> {
    const token = await this.tokens.findOneBy({ id });
    if (!token) throw notFound(RESOURCE, id);
    return RefreshTokenView.of(token);
  }

  /** The records that exist among these ids, in the order asked. */
  async getMany(ids: number[]): Promise<RefreshTokenView[]> {
    const tokens = new Map((await this.tokens.findBy({ id: In(ids) })).map((token) => [token.id, token]));
    return ids.flatMap((id) => tokens.get(id) ?? []).map((token) => RefreshTokenView.of(token));
  }

  /** One page of the records that match. */
  async search(search: Search): Promise<Found<RefreshTokenView>> {
    const found = await findPage(this.tokens, search, REFRESH_TOKEN_COLUMNS);
    return { ...found, records: found.records.map((token) => RefreshTokenView.of(token)) };
  }

  /** Replaces what clients may set of a record. @throws AppError 404 when there is none */
  async update(change: RefreshTokenChange, { email }: Principal): Promise<Write> {
    const values = { ...columnsOf(change), updatedBy: email, updatedOn: CURRENT_SECOND };
    const update = this.tokens.createQueryBuilder().update().set(values).where({ id: change.Id }).returning(WRITE);
    const [write] = writesOf(await update.execute());
    if (!write) throw notFound(RESOURCE, change.Id);
    return write;
  }

  /** Deletes a record for good. @throws AppError 404 when there is none */
  async delete(id: number, { email }: Principal): Promise<Write> {
    const deletion = this.tokens
      .createQueryBuilder()
      .delete()
      .where({ id })
      .returning(`id, ${CURRENT_SECOND()} AS "updatedOn"`);
    const [write] = writesOf(await deletion.execute());
    if (!write) throw notFound(RESOURCE, id);
    return { ...write, updatedBy: email };
  }
}

function writesOf(result: { raw: unknown }): Write[] {
  return result.raw as Write[];
}

function columnsOf(input: RefreshTokenInput) {
  return {
    subject: input.Subject,
    clientId: input.ClientId,
    expiresOn: input.ExpiresOn,
    protectedTicket: input.ProtectedTicket,
    ticketHash: input.TicketHash,
    ticketSalt: input.TicketSalt,
    systemId: input.SystemId ?? null,
  };
}
