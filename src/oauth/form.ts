import type { FastifyRequest } from 'fastify';

/** The content type of every request to an OAuth endpoint. */
export const FORM = 'application/x-www-form-urlencoded';

/** Whether the body of a request says that it is a form. */
export function isForm({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() === FORM;
}
