import { Injectable, Logger } from '@nestjs/common';
import { RedemptionsRepository, type Confirmation } from './redemptions.repository.js';

/**
 * Records that the client of a session has its current refresh token: the service accepted an access token that was issued with this
 * refresh token. From then on, the service does not repeat this refresh token after the retry window. Each rotation causes at most one
 * small write, and no request waits for the write. If the write fails, the next accepted token causes another write.
 */
@Injectable()
export class ConfirmationsService {
  private readonly logger = new Logger(ConfirmationsService.name);
  private readonly underWay = new Set<string>();

  constructor(private readonly redemptions: RedemptionsRepository) {}

  /** Starts to write the confirmation, unless a write of the same confirmation is in progress. */
  note(confirmation: Confirmation): void {
    const key = `${confirmation.uniqueId} ${confirmation.generation}`;
    if (this.underWay.has(key)) return;
    this.underWay.add(key);
    this.redemptions
      .confirm(confirmation)
      .catch((error: unknown) => {
        this.logger.debug(`A confirmation was not written: ${(error as Error).message}`);
      })
      .finally(() => this.underWay.delete(key));
  }
}
