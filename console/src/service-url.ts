/** The address of the service: the page is at `console/` below it. */
export const SERVICE = new URL('..', location.href.replace(/[?#].*$/s, '')).href.replace(/\/$/, '');
