import {
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { Counter } from 'prom-client';
import type { EntityManager } from 'typeorm';
import type { AuditAct, LastRedemption } from '../audit/audit-event.js';
import { MinuteBudget } from '../audit/minute-budget.js';
import { MetricsService } from '../observability/metrics.service.js';
import type { PlugIn } from '../plug-ins/plug-in.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import { PlugInsService } from '../plug-ins/plug-ins.service.js';
import type { CutRow, EndedRow } from './ended-session.js';
import { NoticeQueue, type Delivery } from './notice-queue.js';
import { EndingNotifier, ReplayListener, type EndedSession, type Replay } from './session-notices.js';

const GOODBYE_MS = 5_000;
const LINES_A_MINUTE = 10;

/** Passes the ends of sessions on to the notifiers and listeners of modules, after the commit. Without any, it does nothing. */
@Injectable()
export class SessionNoticesService implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger(SessionNoticesService.name);
  private readonly lines = new MinuteBudget(LINES_A_MINUTE);
  private readonly deliveries: Counter<'notice' | 'outcome'>;
  private readonly uncommitted = new WeakMap<EntityManager, readonly EndedSession[]>();
  private endings: readonly NoticeQueue<EndedSession>[] = [];
  private replays: readonly NoticeQueue<Replay>[] = [];

  constructor(
    private readonly plugIns: PlugInsService,
    metrics: MetricsService,
  ) {
    this.deliveries = metrics.counter({
      name: 'tessera_session_notices_total',
      help: 'Ends and replays that this process passed on to the notifiers and listeners of modules.',
      action: 'Any `failed`: read why in the log. Any `dropped`: the notifier is too slow.',
      labelNames: ['notice', 'outcome'],
    });
  }

  onModuleInit(): void {
    this.endings = this.plugIns.of(EndingNotifier).map((to) => {
      demandMethod(to, 'ended');
      return new NoticeQueue((session) => to.ended(session), this.reportOf('ending', to));
    });
    this.replays = this.plugIns.of(ReplayListener).map((to) => {
      demandMethod(to, 'replayed');
      return new NoticeQueue((replay) => to.replayed(replay), this.reportOf('replay', to));
    });
  }

  /** Notes that these sessions have ended. With a manager, they end when its transaction commits, and `committed` must be called then. */
  ended(rows: readonly EndedRow[], act: AuditAct, manager?: EntityManager): void {
    if (this.endings.length === 0) return;
    const ended = rows.map((row) => endedSession(row, act));
    if (manager) this.uncommitted.set(manager, [...(this.uncommitted.get(manager) ?? []), ...ended]);
    else this.push(ended);
  }

  /** Notes that these sessions, which cutoffs had ended, are gone. */
  cut(rows: readonly CutRow[]): void {
    for (const { reason, actor: name, address, userAgent, requestId, ...row } of rows) {
      const actor = { name, origin: { address, userAgent, requestId } };
      this.ended([row], { kind: 'session-ended', actor, reason });
    }
  }

  /** Passes on what ended in a transaction, which has committed. */
  committed(manager: EntityManager): void {
    this.push(this.uncommitted.get(manager) ?? []);
    this.uncommitted.delete(manager);
  }

  /** Notes that a replay has ended this session. */
  replayed(row: EndedRow & LastRedemption, act: AuditAct): void {
    const { lastAddress = null, lastUserAgent = null, lastRequestId = null, lastRedeemedOn = null } = row;
    const last = { address: lastAddress, userAgent: lastUserAgent, requestId: lastRequestId, on: lastRedeemedOn };
    for (const queue of this.replays) queue.push({ ...endedSession(row, act), lastRedemption: last });
  }

  /** Waits for the notices until now: modules are still whole. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.endings, ...this.replays].map((queue) => queue.drain(GOODBYE_MS)));
  }

  /** Waits for the notices of the requests that were answered since. */
  onApplicationShutdown(): Promise<void> {
    return this.onModuleDestroy();
  }

  private push(ended: readonly EndedSession[]): void {
    for (const queue of this.endings) for (const session of ended) queue.push(session);
  }

  private reportOf(notice: string, to: PlugIn): (delivery: Delivery, error?: Error) => void {
    const { name } = to.constructor;
    for (const outcome of ['delivered', 'failed', 'dropped']) this.deliveries.inc({ notice, outcome }, 0);
    return (outcome, error) => {
      this.deliveries.inc({ notice, outcome });
      if (outcome === 'delivered' || !this.lines.spend(`${name} ${outcome}`)) return;
      const why = outcome === 'failed' ? `: ${error?.message}` : ', because 10,000 wait';
      this.logger.warn(`${name}: a notice was ${outcome === 'failed' ? 'not delivered' : 'dropped'}${why}`);
    };
  }
}

function endedSession({ id, uniqueId, subject, clientId }: EndedRow, { actor, reason = '' }: AuditAct): EndedSession {
  return { subject, clientId, sessionId: uniqueId, recordId: id, reason, actor };
}

function demandMethod<Kind extends PlugIn>(plugIn: Kind, method: keyof Kind & string): void {
  if (typeof plugIn[method] !== 'function') throw new PlugInError(plugIn, `needs a method \`${method}\`.`);
}
