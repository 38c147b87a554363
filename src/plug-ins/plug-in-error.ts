/** A plug-in cannot be used. The message names its class, or what it registers, and says what is wrong. */
export class PlugInError extends Error {
  override readonly name = 'PlugInError';

  constructor(plugIn: object | string, fault: string) {
    super(`${typeof plugIn === 'string' ? plugIn : plugIn.constructor.name} ${fault}`);
  }
}
