import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  getSchemaPath,
  DECORATORS,
} from '@nestjs/swagger';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { listEnvelopeOf } from './list-envelope.js';
import { ApiSearch, type SearchDefinition } from './search-parameters.js';
import { WriteEnvelope } from './write-envelope.js';

/** The response header with the entity tag, which later writes can send in `If-Match`. */
const ETAG = {
  ETag: {
    required: true,
    schema: { type: 'string' },
    description: 'The entity tag of the record in this response, for `If-Match` and `If-None-Match`.',
  },
} as const;
const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded'];

/**
 * Documents `POST`: the body is stored, and the response is the write envelope.
 * @publicApi
 */
export function ApiCreate(resource: string, input: Type): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: `create${resource}`, summary: `Create a ${resource}` }),
    ApiWrite(resource, 'created', input),
    ApiFailures(413, 415),
  );
}

/**
 * Documents `PUT`: the body replaces the record with its Id, and the response is the write envelope.
 * @publicApi
 */
export function ApiUpdate(resource: string, change: Type): MethodDecorator {
  return applyDecorators(
    ApiIfMatch(),
    ApiOperation({
      operationId: `update${resource}`,
      summary: `Update a ${resource}`,
      description: 'The body is the whole record, with its Id.',
    }),
    ApiWrite(resource, 'updated', change),
    ApiFailures(404, 412, 413, 415),
  );
}

/**
 * Documents `PUT` of a whole record at the path of its id. `change` is the body; its Id is optional.
 * @publicApi
 */
export function ApiUpdateAt(resource: string, change: Type): MethodDecorator {
  return applyDecorators(
    ApiIfMatch(),
    ApiOperation({
      operationId: `update${resource}ById`,
      summary: `Update a ${resource} by its id`,
      description: 'The body is the whole record. Its Id may be absent; otherwise it must equal the id of the path.',
    }),
    ApiId(),
    ApiWrite(resource, 'updated', change),
    ApiFailures(404, 412, 413, 415),
  );
}

/**
 * Documents `GET` of one record by its id.
 * @publicApi
 */
export function ApiGet(resource: string, view: Type): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: `get${resource}`, summary: `Get a ${resource}` }),
    ApiId(),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      schema: { type: 'string' },
      description: 'Entity tags. If the record has one of them, the response is 304 without a body.',
    }),
    ApiResponse({ status: 200, type: view, description: 'The record.', headers: ETAG }),
    ApiResponse({ status: 304, description: 'The record still has an entity tag of `If-None-Match`.', headers: ETAG }),
    ApiFailures(400, 404),
  );
}

/**
 * Documents `DELETE` of one record by its id. The response is the write envelope.
 * @publicApi
 */
export function ApiDelete(resource: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: `delete${resource}`, summary: `Delete a ${resource}` }),
    ApiId(),
    ApiIfMatch(),
    ApiEnvelope(resource, 'deleted'),
    ApiFailures(400, 404, 412),
  );
}

/** The schema of a batch's records, and the role that a batch needs. */
interface Batch {
  readonly view: Type;
  readonly role: string;
}

/**
 * Documents the search of a resource, and the batch on the same path. OpenAPI allows only one operation for both.
 * @publicApi
 */
export function ApiList(definition: SearchDefinition, view: Type, shared?: Batch): MethodDecorator {
  const { resource, plural } = definition;
  const list = listEnvelopeOf(view);
  const page = { $ref: getSchemaPath(list) };
  const batch = shared && ({ type: 'array', items: { $ref: getSchemaPath(shared.view) } } as const);
  const searching =
    'Finds one page of the records that match all filters. Parameter names match without regard to case.';
  return applyDecorators(
    ApiOperation({
      operationId: `list${plural}`,
      summary: shared ? `Search ${plural}, or get several by id` : `Search ${plural}`,
      description: shared
        ? `${searching} With \`Id=[1,2,3]\`, the response is a bare array of the existing records, in the order of the ids. This needs ${shared.role}.`
        : searching,
    }),
    ApiSearch(definition),
    ...(shared ? [ApiBatchId()] : []),
    ApiExtraModels(list, view, ...(shared ? [shared.view] : [])),
    ApiResponse({
      status: 200,
      description: `One page of the ${resource} records that match${shared ? '; or the records of the batch' : ''}.`,
      headers: {
        'X-Total-Items': {
          required: false,
          schema: { type: 'string', enum: ['estimated'] },
          description: 'Present only if `TotalItems` is an estimate. This may happen above 100,000.',
        },
      },
      content: { 'application/json': { schema: batch ? { oneOf: [page, batch] } : page } },
    }),
    ApiValidationFailure(
      { AttemptedValue: '0', Message: 'must be a whole number from 1 to 10000', PropertyName: 'size' },
      'id must be a list of ids, such as [1,2,3].',
    ),
    ApiFailures(),
  );
}

function ApiBatchId(): MethodDecorator {
  return ApiQuery({
    name: 'Id',
    required: false,
    description: 'One Id to search by, or a list of Ids to get, such as `[1,2,3]`.',
    schema: {
      type: 'string',
      pattern: String.raw`^([1-9]\d{0,15}|\[.*\]|(not)?null)$`,
      examples: ['87654321', '[1,2,3]'],
    } as object,
  });
}

function ApiWrite(resource: string, did: 'created' | 'updated', input: Type): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiConsumes(...BODY_TYPES),
    ApiBody({ type: input }),
    ApiEnvelope(resource, did),
    ApiValidationFailure(
      { AttemptedValue: null, Message: 'is a required field', PropertyName: firstMemberOf(input) },
      'The body is not valid JSON.',
    ),
  );
}

/** The first member that a body documents, as an example. */
function firstMemberOf(input: Type): string {
  const [first = ':Id'] = (Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES_ARRAY, input.prototype as object) ??
    []) as string[];
  return first.slice(1);
}

function ApiEnvelope(resource: string, did: 'created' | 'updated' | 'deleted'): MethodDecorator {
  const example = WriteEnvelope.of(resource, did, {
    id: 87_654_321,
    updatedOn: new Date('2025-01-15T10:30:00Z'),
    updatedBy: 'admin@example.com',
  });
  return ApiResponse({ status: 200, type: WriteEnvelope, description: `The record was ${did}.`, example });
}

function ApiIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    required: false,
    schema: { type: 'string' },
    description:
      'Entity tags, or `*`. If the record has none of them, the service does not write (RFC 9110, section 13.1.1).',
  });
}

function ApiId(): MethodDecorator {
  return ApiParam({ name: 'id', schema: { type: 'integer', format: 'int64', minimum: 1 }, example: 87_654_321 });
}
