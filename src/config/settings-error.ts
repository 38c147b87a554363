/** The settings cannot be used; one line for each bad setting, with what was expected. No confidential value is in it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly faults: readonly string[]) {
    super(`Bad settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}
