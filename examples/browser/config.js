/** The PUBLIC_URL of the service, without a trailing slash. If SERVICE_URL is set, `serve.mjs` serves that URL instead. */
export const SERVICE = 'http://127.0.0.1:3000';
