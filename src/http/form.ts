import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';

/** The content type of a form. */
export const FORM = 'application/x-www-form-urlencoded';
/** What HTTP libraries say, or say nothing, of a body that they were given as text. */
const UNTYPED: readonly (string | undefined)[] = [undefined, '', 'text/plain'];
/** How JSON begins, and no form: parameters have other names. */
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
 * Has a body without a content type, or of type text/plain, read as a form on routes that take nothing else: clients exist that send it
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

/** @throws AppError 415 when a body that was assumed to be a form is JSON; from then on its request is none of a form */
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
    /** Whether the bodies of this route are forms, also those that do not say what they are. */
    takesFormOnly?: boolean;
  }
  interface FastifyRequest {
    /** Whether the body did not say that it is a form, and is read as one. */
    isFormAssumed: boolean;
  }
}
