import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isEmail } from 'class-validator';
import { randomBytes } from 'node:crypto';
import { DeclaredRolesService } from '../access/declared-roles.service.js';
import { demandKnownRoles } from '../access/known-roles.js';
import { RETRY_AFTER_SECONDS } from '../database/database-failures.js';
import { AppError } from '../kernel/app-error.js';
import { SERVICE } from '../kernel/origin.js';
import { steersOutput } from '../kernel/text.js';
import { withinTime } from '../observability/within-time.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import { PlugInsService } from '../plug-ins/plug-ins.service.js';
import { CredentialVerifier, type RightCredentials, type SentCredentials } from './credential-verifier.js';
import { UsersService } from './users.service.js';

const LIMIT_MS = 10_000;

/** What the directory of a team says of credentials, if a module plugs one in. */
@Injectable()
export class DirectoryService implements OnModuleInit {
  private verifier: CredentialVerifier | undefined;

  constructor(
    private readonly plugIns: PlugInsService,
    private readonly users: UsersService,
    private readonly modules: ModuleRef,
  ) {}

  /** @throws PlugInError when two plug-ins check passwords */
  onModuleInit(): void {
    const [verifier, other] = this.plugIns.of(CredentialVerifier);
    if (verifier && other)
      throw new PlugInError(other, `and ${verifier.constructor.name} both check passwords: keep one.`);
    if (verifier && typeof verifier.verify !== 'function') throw new PlugInError(verifier, 'needs a method `verify`.');
    this.verifier = verifier;
  }

  /**
   * What the directory says. Undefined if there is none, or it does not have the user, or the name is no e-mail address: then the service's
   * own password decides.
   * @throws AppError 503 directory_unavailable
   */
  async verify({ email, password }: SentCredentials): Promise<RightCredentials | 'wrong' | undefined> {
    const { verifier } = this;
    if (!verifier || !isEmail(email, { require_tld: false }) || steersOutput(email)) return undefined;
    try {
      const answer: unknown = await withinTime(
        Promise.resolve().then(() => verifier.verify({ email, password })),
        LIMIT_MS,
      );
      if (answer === 'unknown') return undefined;
      if (answer === 'wrong') return answer;
      if (typeof answer !== 'object' || answer === null)
        throw new Error('`verify` must return unknown, wrong or an object');
      const { rolesOfNewUser = [] } = answer as RightCredentials;
      demandKnownRoles(rolesOfNewUser, this.modules.get(DeclaredRolesService, { strict: false }).roles());
      return { rolesOfNewUser };
    } catch (error) {
      throw unavailable(`${verifier.constructor.name}: ${(error as Error).message}`);
    }
  }

  /** Adds a user whom only the directory knows, with a password that nobody knows. If there is such a row already, it stays as it is. */
  async add(email: string, { rolesOfNewUser: roles = [] }: RightCredentials): Promise<void> {
    const password = randomBytes(32).toString('base64url');
    await this.users.addIfAbsent({ email, password, roles }, SERVICE);
  }
}

function unavailable(detail: string): AppError {
  return new AppError('directory_unavailable', 503, 'The directory of users does not answer. Try again.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    detail,
  });
}
