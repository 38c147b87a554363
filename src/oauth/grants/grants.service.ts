import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PlugInsService } from '../../plug-ins/plug-ins.service.js';
import { Grant } from './grant.js';
import { refuseGrantFaults } from './grant-faults.js';
import { ClientCredentialsGrant } from './client-credentials.grant.js';
import { PasswordGrant } from './password.grant.js';
import { RefreshTokenGrant } from './refresh-token.grant.js';

/** The grants of the token endpoint: the three of the service first, then those that modules plug in. */
@Injectable()
export class GrantsService implements OnModuleInit {
  private grants: ReadonlyMap<string, Grant> = new Map();

  constructor(
    private readonly plugIns: PlugInsService,
    private readonly password: PasswordGrant,
    private readonly refreshToken: RefreshTokenGrant,
    private readonly clientCredentials: ClientCredentialsGrant,
  ) {}

  /** @throws PlugInError when a grant cannot be used */
  onModuleInit(): void {
    const own: Grant[] = [this.password, this.refreshToken, this.clientCredentials];
    const grants = [...new Set([...own, ...this.plugIns.of(Grant)])];
    refuseGrantFaults(grants);
    this.grants = new Map(grants.map((grant) => [grant.name, grant]));
  }

  /** The grant with this name, or undefined. */
  get(name: string): Grant | undefined {
    return this.grants.get(name);
  }

  /** All grants. */
  all(): readonly Grant[] {
    return [...this.grants.values()];
  }

  /** The names of all grants. */
  names(): readonly string[] {
    return [...this.grants.keys()];
  }
}
