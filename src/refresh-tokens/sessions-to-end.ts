import { DateTime, Flag, Text } from '../resource/kit/member-decorators.js';

/** The parameters of `END_SESSIONS`. */
export class SessionsToEnd {
  @Text({ longest: 512, required: false, description: 'Only the sessions of this user.' })
  readonly Subject?: string | null;

  @Text({ longest: 512, required: false, description: 'Only the sessions at this client.' })
  readonly ClientId?: string | null;

  @DateTime({ required: false, description: 'Only the sessions of sign-ins before this time.' })
  readonly IssuedBefore?: Date | null;

  @Flag({ required: false, description: 'True to end the sessions of all users at all clients.' })
  readonly Everybody?: boolean | null;

  @Flag({ required: false, description: 'True to count the sessions and end none.' })
  readonly DryRun?: boolean | null;
}
