import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';

/** The content type of a form. */
export const FORM = 'application/x-www-form-urlencoded';
/** The content types that HTTP libraries give to a body of plain text. */
const UNTYPED: readonly (string | undefined)[] = [undefined, '', 'text/plain'];
/** JSON starts like this. No OAuth parameter does. */
const JSON_BEGINNING = /^\s*[{[]/;

/** Whether the body of a request is declared as a form, or was assumed to be a form. */
export function isForm({ raw: { headers } }: FastifyRequest): boolean {
  return mediaType(headers['content-type']) === FORM;
}

/** 415 for a route that accepts only forms. */
export function formNeeded(): AppError {
  return new AppError('unsupported_media_type', 415, `The body must be ${FORM}.`);
}

/**
 * Reads a body without a content type, or of type text/plain, as a form on routes that accept only forms. Some clients send forms this way.
 */
export function addAssumedForms(fastify: FastifyInstance): void {
  fastify.decorateRequest('isFormAssumed', false);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    if (request.routeOptions.config.takesFormOnly && UNTYPED.includes(mediaType(headers['content-type']))) {
      request.isFormAssumed = true;
      headers['content-type'] = FORM;
    }
    done();
  });
}

/** Refuses JSON that was assumed to be a form; from then on `isForm` is false for the request. @throws AppError 415 */
export function refuseAssumedJson({ isFormAssumed, raw }: FastifyRequest, body: Buffer): void {
  if (!isFormAssumed || !JSON_BEGINNING.test(body.toString('latin1'))) return;
  delete raw.headers['content-type'];
  throw formNeeded();
}

function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase();
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether this route accepts only forms. If so, a body without a declared type counts as a form. */
    takesFormOnly?: boolean;
  }
  interface FastifyRequest {
    /** Whether the body was not declared as a form, but is read as a form. */
    isFormAssumed: boolean;
  }
}
