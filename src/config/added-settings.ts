/**
 * The settings that added modules read with `ownSettings`, so that the function `settings` of a definition may set them:
 * `declare module 'tessera' { interface AddedSettings { MAIL_URL: string } }`.
 * @publicApi
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the service itself adds none
export interface AddedSettings {}
