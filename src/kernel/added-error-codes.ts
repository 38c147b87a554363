/**
 * The codes that added modules bring, each with its status. A module declares its own beside the class that throws them:
 * `declare module 'tessera' { interface AddedErrorCodes { coupon_used: 409 } }`.
 * @publicApi
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the service itself adds none
export interface AddedErrorCodes {}
