/** A plug-in cannot be used. The message names its class and says what is wrong. */
export class PlugInError extends Error {
  override readonly name = 'PlugInError';

  constructor(plugIn: object, fault: string) {
    super(`${plugIn.constructor.name} ${fault}`);
  }
}
