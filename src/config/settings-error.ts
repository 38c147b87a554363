/** The settings are invalid. The message has one line for each invalid setting, with what was expected, and no confidential value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly faults: readonly string[]) {
    super(`Bad settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}
