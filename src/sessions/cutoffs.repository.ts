import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { StatementsService } from '../database/statements.service.js';
import type { ErasedPerson } from '../plug-ins/personal-data.js';
import {
  ADD_CUTOFF,
  COUNT_FIRST,
  CUTOFFS_AFTER,
  DUE_SWEEP,
  FORGET_CUTOFFS,
  LOCK_CUTOFFS,
  SWEEP,
} from './cutoff.statements.js';
import { CUTOFFS_NAMING, ERASE_CUTOFFS, type NamingCutoff } from './cutoff-person.statements.js';
import type { Cutoff, CutRow } from './ended-session.js';
import { livesOf, type SessionLives } from './session-lives.js';

const CUTOFFS_LOCK = 7_497_320_185_002;

/** Sessions that end together: of a subject, which is in lower case, at a client, and of sign-ins before a time. What is absent limits nothing. */
export interface Scope {
  readonly subject?: string | undefined;
  readonly clientId?: string | undefined;
  readonly issuedBefore?: Date | undefined;
}

/** The first rows of a scope, how many of them are live sessions that began before its time, and whether that time has come. */
export interface FirstRows {
  readonly rows: number;
  readonly sessions: number;
  readonly isPast: boolean;
}

/** What a sweep found among the next sessions: the last Id that it read, or null after the last session, and the sessions that had ended. */
interface Swept {
  readonly upTo: number | null;
  readonly ended: readonly CutRow[];
}

/** Cutoffs: rows that end many sessions, and the rows of sessions that they ended. */
@Injectable()
export class CutoffsRepository {
  private readonly lives: SessionLives;

  constructor(
    private readonly statements: StatementsService,
    private readonly dataSource: DataSource,
    settings: Settings,
  ) {
    this.lives = livesOf(settings);
  }

  /** Runs work in a transaction. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Adds a cutoff. From the commit on its sessions have ended, for `endReason`. */
  async add(
    { subject, clientId, issuedBefore }: Scope,
    act: AuditAct,
    endReason: string,
    manager: EntityManager,
  ): Promise<void> {
    await this.statements.run(LOCK_CUTOFFS, { lock: CUTOFFS_LOCK }, manager);
    await this.statements.run(ADD_CUTOFF, { subject, clientId, issuedBefore, endReason, ...actValues(act) }, manager);
  }

  /** Counts the live sessions among the first `limit` rows of a scope. */
  countFirst({ subject, clientId, issuedBefore }: Scope, limit: number, manager?: EntityManager): Promise<FirstRows> {
    const values = { issuedBefore, limit, ...this.lives };
    const { ofSubject, ofClient, ofEverybody } = COUNT_FIRST;
    if (subject !== undefined) return this.statements.runForOne(ofSubject, { ...values, subject, clientId }, manager);
    if (clientId !== undefined) return this.statements.runForOne(ofClient, { ...values, clientId }, manager);
    return this.statements.runForOne(ofEverybody, values, manager);
  }

  /** Estimates how many rows of sessions a scope has, as the planner does. */
  async estimate({ subject, clientId }: Scope, manager: EntityManager): Promise<number> {
    const values = [subject, clientId].filter((value) => value !== undefined);
    const conditions = [
      ...(subject === undefined ? [] : ['subject = $1']),
      ...(clientId === undefined ? [] : [`client_id = $${values.length}`]),
    ];
    const sql = `EXPLAIN (FORMAT JSON) SELECT FROM refresh_tokens WHERE ${['issued', ...conditions].join(' AND ')}`;
    const [plan] = await manager.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>(sql, values);
    return plan?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  }

  /** The first `limit` cutoffs with greater numbers than `after`. */
  after(after: number, limit: number): Promise<Cutoff[]> {
    return this.statements.run(CUTOFFS_AFTER, { after, limit });
  }

  /** When a sweep that is due begins, by the clock of the database. Undefined if none is due. `lastSweep` is when the last one of this process began. */
  async dueSweep(lastSweep: Date | undefined): Promise<Date | undefined> {
    return (await this.statements.runForFirst(DUE_SWEEP, { lastSweep: lastSweep ?? '-infinity' }))?.startedOn;
  }

  /** Deletes the rows of ended sessions among the next `limit` sessions after this Id. */
  async sweep(after: number, limit: number): Promise<Swept> {
    const found = await this.statements.run(SWEEP, { after, limit });
    return { upTo: found[0]?.upTo ?? null, ended: found.filter((row): row is typeof row & CutRow => row.id !== null) };
  }

  /** Deletes the cutoffs that a sweep was for, if it began long enough after them. */
  async forget(startedOn: Date): Promise<void> {
    await this.statements.run(FORGET_CUTOFFS, { startedOn });
  }

  /** The cutoffs of a person's sessions, and those that the person made. The name is in lower case. */
  naming(email: string): Promise<NamingCutoff[]> {
    return this.statements.run(CUTOFFS_NAMING, { email });
  }

  /** Replaces the name in these cutoffs, and returns their number. */
  erase({ email, pseudonym }: ErasedPerson): Promise<number> {
    return this.statements.runForCount(ERASE_CUTOFFS, { email, pseudonym });
  }
}
