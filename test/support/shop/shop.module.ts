import { Body, Controller, Get, Injectable, Module, Post, type OnModuleInit } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsUrl, Max, MinLength } from 'class-validator';
import {
  AddedClaims,
  AuditEventsService,
  AuditKinds,
  AuditModule,
  CredentialVerifier,
  EndingNotifier,
  HealthCheck,
  JobsModule,
  JobsService,
  MetricsService,
  ownSettings,
  PersonalData,
  Public,
  ReplayListener,
  Role,
  SecretSetting,
  type ClaimedSession,
  type EndedSession,
  type ErasedPerson,
  type Replay,
  type SentCredentials,
  type VerifiedCredentials,
} from '../../../src/tessera.js';

class ShopSettings {
  @IsUrl({ require_tld: false })
  readonly SHOP_URL: string = 'https://shop.example';

  @IsInt()
  @Max(100)
  @Type(() => Number)
  readonly SHOP_TILLS: number = 3;

  @IsOptional()
  @MinLength(8)
  @SecretSetting()
  readonly SHOP_KEY?: string;
}

/** What the tests read and set. */
@Injectable()
class Shop {
  readonly notices: object[] = [];
  /** What fails, or hangs: `claims`, `health` and the like. */
  failing: string[] = [];
  claims: Readonly<Record<string, unknown>> = { tenant: 'north' };
  buyers: readonly string[] = ['all@example.com', 'all@example.com', 'read@example.com'];

  async check(what: string): Promise<void> {
    if (this.failing.includes(`${what} hangs`)) await new Promise(() => undefined);
    if (this.failing.includes(what)) throw new Error(`The ${what} of the shop fail.`);
  }
}

@Injectable()
class ShopClaims extends AddedClaims {
  readonly names = ['tenant', 'till'];

  constructor(private readonly shop: Shop) {
    super();
  }

  async claimsOf({ clientId }: ClaimedSession): Promise<Readonly<Record<string, unknown>>> {
    await this.shop.check('claims');
    return { ...this.shop.claims, till: clientId };
  }
}

/** The directory has Ada and Bob; Bob may read tills. It also has `all`, with another password than the service. */
@Injectable()
class ShopDirectory extends CredentialVerifier {
  constructor(private readonly shop: Shop) {
    super();
  }

  async verify({ email, password }: SentCredentials): Promise<VerifiedCredentials> {
    await this.shop.check('directory');
    const known: Readonly<Record<string, readonly string[]>> = {
      'ada@shop.example': [],
      'bob@shop.example': ['Till-Read'],
      'eve@shop.example': ['No-Such-Role'],
      'all@example.com': [],
    };
    const roles = known[email.toLowerCase()];
    if (!roles) return 'unknown';
    return password === 'of the directory' ? { rolesOfNewUser: roles } : 'wrong';
  }
}

@Injectable()
class ShopNotifier extends EndingNotifier {
  constructor(private readonly shop: Shop) {
    super();
  }

  async ended(session: EndedSession): Promise<void> {
    await this.shop.check('notifier');
    this.shop.notices.push({ notice: 'ended', ...session });
    const { reason, sessionId, clientId } = session;
    if (process.env['SHOP_LOG'] === 'on') process.stderr.write(`${reason} of ${sessionId} at ${clientId}\n`);
  }
}

@Injectable()
class ShopReplays extends ReplayListener {
  constructor(private readonly shop: Shop) {
    super();
  }

  replayed(replay: Replay): void {
    this.shop.notices.push({ notice: 'replayed', ...replay });
  }
}

@Injectable()
class ShopHealth extends HealthCheck {
  readonly name = 'shop';

  constructor(private readonly shop: Shop) {
    super();
  }

  check(): Promise<void> {
    return this.shop.check('health');
  }
}

@Injectable()
class ShopPersonalData extends PersonalData {
  readonly name = 'Purchases';

  constructor(private readonly shop: Shop) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    await this.shop.check('purchases');
    for (const buyer of this.shop.buyers) if (buyer === email) yield { buyer };
  }

  async erase({ email, pseudonym }: ErasedPerson): Promise<number> {
    await this.shop.check('purchases');
    this.shop.buyers = this.shop.buyers.map((buyer) => (buyer === email ? pseudonym : buyer));
    return this.shop.buyers.filter((buyer) => buyer === pseudonym).length;
  }
}

/** A job that runs for an operator, and metrics. */
@Injectable()
class ShopJob implements OnModuleInit {
  private readonly counted;
  private readonly took;

  constructor(
    private readonly jobs: JobsService,
    metrics: MetricsService,
  ) {
    this.counted = metrics.counter({
      name: 'shop_counts_total',
      help: 'Counts of the stock.',
      action: 'None.',
      labelNames: ['till'],
    });
    this.took = metrics.histogram({ name: 'shop_count_seconds', help: 'A count.', action: 'None.', buckets: [1, 60] });
    metrics.gauge({ name: 'shop_tills', help: 'Tills.', action: 'None.', collect: () => [{ value: 3 }] });
  }

  onModuleInit(): void {
    this.jobs.register({
      name: 'shop-count',
      description: 'Counts the stock.',
      every: 86_400,
      batchSize: 10,
      batch: () => {
        this.counted.inc({ till: '7' });
        this.took.observe(2);
        return Promise.resolve(4);
      },
    });
  }
}

class ShopAuditKinds extends AuditKinds {
  readonly kinds = { 'till-opened': { meaning: 'a cashier opened a till', reason: { late: 'after noon' } } };
}

@Controller('shop')
class ShopController {
  constructor(
    private readonly shop: Shop,
    private readonly settings: ShopSettings,
    private readonly jobs: JobsService,
    private readonly events: AuditEventsService,
  ) {}

  @Get()
  @Public()
  read(): object {
    const { SHOP_URL, SHOP_TILLS, SHOP_KEY } = this.settings;
    const { notices, buyers } = this.shop;
    return { notices, buyers, settings: { SHOP_URL, SHOP_TILLS, hasKey: SHOP_KEY !== undefined } };
  }

  @Post()
  @Public()
  set(@Body() { failing = [], claims = { tenant: 'north' } }: Partial<Pick<Shop, 'failing' | 'claims'>>): void {
    Object.assign(this.shop, { failing, claims });
  }

  @Post('count')
  @Public()
  async count(): Promise<number> {
    return this.jobs.run('shop-count');
  }

  @Post('events')
  @Public()
  async record(@Body() { kind }: { readonly kind: string }): Promise<void> {
    const actor = { name: 'cashier', origin: { address: null, userAgent: null, requestId: null } };
    await this.events.record({ kind, actor, reason: 'late', resource: 'Till', recordIds: [7] });
  }

  @Get('tills')
  @Role('Till-Read')
  tills(): string[] {
    return ['7'];
  }
}

@Module({
  imports: [AuditModule, JobsModule],
  controllers: [ShopController],
  providers: [
    Shop,
    ownSettings(ShopSettings),
    ShopAuditKinds,
    ShopClaims,
    ShopDirectory,
    ShopNotifier,
    ShopReplays,
    ShopHealth,
    ShopPersonalData,
    ShopJob,
  ],
})
export class ShopModule {}
