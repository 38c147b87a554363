import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError, badRequest } from '../kernel/app-error.js';
import { findMatch, parseEntityTags } from './entity-tag.js';

type Tags = readonly string[] | '*';

/**
 * The conditions of a write on the current state of its record (RFC 9110, section 13.1).
 * @publicApi
 */
export class Preconditions {
  constructor(
    private readonly ifMatch?: Tags,
    private readonly ifNoneMatch?: Tags,
  ) {}

  /** Whether the write has no conditions, so that reading the record is not needed. */
  get areNone(): boolean {
    return this.ifMatch === undefined && this.ifNoneMatch === undefined;
  }

  /** @throws AppError 412 when the current entity tag of the record does not meet the conditions */
  check(current: string): void {
    const isMatched = this.ifMatch === undefined || findMatch(this.ifMatch, current, 'strong') !== undefined;
    const isExcluded = this.ifNoneMatch !== undefined && findMatch(this.ifNoneMatch, current, 'weak') !== undefined;
    if (isMatched && !isExcluded) return;
    const header = isMatched ? 'If-None-Match' : 'If-Match';
    throw new AppError(
      'precondition_failed',
      412,
      `The entity tag of the record does not meet ${header}. Nothing was written: read the record again.`,
    );
  }
}

/**
 * The preconditions of the request. @throws AppError 400 when `If-Match` or `If-None-Match` contains anything other than entity tags
 * @publicApi
 */
export const RequestPreconditions = createParamDecorator((_data: unknown, context: ExecutionContext): Preconditions => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return new Preconditions(tagsOf('If-Match', headers['if-match']), tagsOf('If-None-Match', headers['if-none-match']));
});

function tagsOf(name: string, value: string | undefined): Tags | undefined {
  if (value === undefined) return undefined;
  const tags = parseEntityTags(value);
  if (!tags)
    throw badRequest(`${name} must be * or entity tags such as "abc", with their quotes, separated by commas.`);
  return tags;
}
