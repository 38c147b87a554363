/** Where the service is: its PUBLIC_URL, without a trailing slash. `serve.mjs` serves another one when SERVICE_URL names it. */
export const SERVICE = 'http://127.0.0.1:3000';
