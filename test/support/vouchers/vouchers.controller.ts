import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../../../src/access/policy.js';
import type { Principal } from '../../../src/access/principal.js';
import { ResourceController } from '../../../src/resource/kit/resource.controller.js';
import type { WriteEnvelope } from '../../../src/resource/write-envelope.js';
import { DataSource } from 'typeorm';
import { Voucher } from './voucher.js';
import { VouchersRepository } from './vouchers.repository.js';

/** Overrides a route without a decorator. */
export class VouchersController extends ResourceController(Voucher) {
  override async create(input: object, principal: Principal): Promise<WriteEnvelope> {
    return Object.assign(await super.create(input, principal), { Message: 'A voucher was made.' });
  }
}

@ApiExcludeController()
@Controller('api/sys/voucherhooks')
export class HooksController {
  constructor(private readonly dataSource: DataSource) {}

  /** How often each hook ran, and what its act became of: only what was committed counts. */
  @Get()
  @Public()
  async hooks(): Promise<object> {
    const rows = await this.dataSource.query<{ name: string; count: number }[]>(
      'SELECT name, count(*)::int AS count FROM voucher_hooks GROUP BY name',
    );
    return { ...Object.fromEntries(rows.map(({ name, count }) => [name, count])), stored: VouchersRepository.stored };
  }
}
