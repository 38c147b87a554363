import { Injectable, Logger } from '@nestjs/common';
import { StatementsService } from '../database/statements.service.js';
import { Batched } from '../database/batched.js';
import { CONFIRM } from './redemption.statements.js';

/** A generation of a session whose access token was accepted here. */
export interface Confirmation {
  readonly uniqueId: string;
  readonly generation: number;
}

/**
 * Records that the client of a session has its current refresh token: the service accepted an access token that was issued with this
 * refresh token. From then on, the service does not repeat this refresh token after the retry window. Each rotation causes at most one
 * small write, and no request waits for the write. If the write fails, the next accepted token causes another write.
 */
@Injectable()
export class ConfirmationsService {
  private readonly logger = new Logger(ConfirmationsService.name);
  private readonly underWay = new Set<string>();
  private readonly writes = new Batched((those: readonly Confirmation[]) => this.write(those));

  constructor(private readonly statements: StatementsService) {}

  /** Starts to write the confirmation, unless a write of the same confirmation is in progress. */
  note(confirmation: Confirmation): void {
    const key = `${confirmation.uniqueId} ${confirmation.generation}`;
    if (this.underWay.has(key)) return;
    this.underWay.add(key);
    this.writes
      .get(confirmation)
      .catch((error: unknown) => {
        this.logger.debug(`A confirmation was not written: ${(error as Error).message}`);
      })
      .finally(() => this.underWay.delete(key));
  }

  private async write(those: readonly Confirmation[]): Promise<undefined[]> {
    await this.statements.run(CONFIRM, { batch: those });
    return those.map(() => undefined);
  }
}
