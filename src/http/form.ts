import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';

/** The content type of a form. */
export const FORM = 'application/x-www-form-urlencoded';
/** The content types that HTTP libraries give to a body of plain text. */
const UNTYPED: readonly (string | undefined)[] = [undefined, '', 'text/plain'];
/** JSON begins so. No parameter of OAuth does. */
const JSON_BEGINNING = /^\s*[{[]/;

/** Whether the body of a request says that it is a form, or was assumed to be one. */
export function isForm({ raw: { headers } }: FastifyRequest): boolean {
  return mediaType(headers['content-type']) === FORM;
}

/** 415 where a route takes nothing but a form. */
export function formNeeded(): AppError {
  return new AppError('unsupported_media_type', 415, `The body must be ${FORM}.`);
}

/**
 * Reads a body without a content type, or of type text/plain, as a form on routes that take nothing else. Some clients send their forms
 * so.
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

/** @throws AppError 415 when a body that was assumed to be a form is JSON. From then on `isForm` is false for its request. */
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
    /** Whether this route takes forms alone. Then a body that does not say what it is counts as a form. */
    takesFormOnly?: boolean;
  }
  interface FastifyRequest {
    /** Whether the body did not say that it is a form, and is read as one. */
    isFormAssumed: boolean;
  }
}
