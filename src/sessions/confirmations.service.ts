import { Injectable, Logger } from '@nestjs/common';
import { RedemptionsRepository, type Confirmation } from './redemptions.repository.js';

/**
 * Notes that the client of a session has its current refresh token: an access token that came with the refresh token was accepted. From
 * then on nobody gets that refresh token again after the retry window. One small write for each rotation at most, and no request waits
 * for the write. Should the write fail, the next accepted token causes another.
 */
@Injectable()
export class ConfirmationsService {
  private readonly logger = new Logger(ConfirmationsService.name);
  private readonly underWay = new Set<string>();

  constructor(private readonly redemptions: RedemptionsRepository) {}

  /** Has the confirmation written, unless the same is being written. */
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
