import { isBlank, isLongerThan, steersOutput, textFault } from '../kernel/text.js';
import { oauthError } from './oauth-error.js';

/** The most characters of the name of a device. */
export const DEVICE_NAME_LENGTH = 100;

/** Returns the name that a client sent for the user's device, if any. Users and operators read it. @throws AppError invalid_request */
export function checkedDeviceName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (isBlank(name) || textFault(name) || isLongerThan(name, DEVICE_NAME_LENGTH) || steersOutput(name)) {
    const rules = `at most ${DEVICE_NAME_LENGTH} characters, without control, format or line-separator characters`;
    throw oauthError('invalid_request', `device_name must be text of ${rules}.`);
  }
  return name;
}
