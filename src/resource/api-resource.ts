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
} from '@nestjs/swagger';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { listEnvelopeOf } from './list-envelope.js';
import { ApiSearch, type SearchDefinition } from './search-parameters.js';
import { WriteEnvelope } from './write-envelope.js';

/** The header of a record by which a write can name it. */
const ETAG = {
  ETag: {
    required: true,
    schema: { type: 'string' },
    description: 'The entity tag of the record as it was sent, for `If-Match` and `If-None-Match`.',
  },
} as const;
const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded'];

/** Documents `POST`: a body that is stored, answered by the write envelope. */
export function ApiCreate(resource: string, input: Type): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: `create${resource}`, summary: `Create a ${resource}` }),
    ApiWrite(resource, 'created', input),
    ApiFailures(413, 415),
  );
}

/** Documents `PUT`: a whole record that replaces the one of its Id, answered by the write envelope. */
export function ApiUpdate(resource: string, change: Type): MethodDecorator {
  return applyDecorators(
    ApiIfMatch(),
    ApiOperation({
      operationId: `update${resource}`,
      summary: `Update a ${resource}`,
      description: 'Takes the whole record, with its Id.',
    }),
    ApiWrite(resource, 'updated', change),
    ApiFailures(404, 412, 413, 415),
  );
}

/** Documents `PUT` of a whole record at the path of its id. `change` is the body, whose Id is optional. */
export function ApiUpdateAt(resource: string, change: Type): MethodDecorator {
  return applyDecorators(
    ApiIfMatch(),
    ApiOperation({
      operationId: `update${resource}ById`,
      summary: `Update a ${resource} by its id`,
      description: 'Takes the whole record. Its Id may be absent; otherwise it must be the id of the path.',
    }),
    ApiId(),
    ApiWrite(resource, 'updated', change),
    ApiFailures(404, 412, 413, 415),
  );
}

/** Documents `GET` of one record by its id. */
export function ApiGet(resource: string, view: Type): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: `get${resource}`, summary: `Get a ${resource}` }),
    ApiId(),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      schema: { type: 'string' },
      description: 'Entity tags: of a record with one of them, only 304 is sent.',
    }),
    ApiResponse({ status: 200, type: view, description: 'The record.', headers: ETAG }),
    ApiResponse({ status: 304, description: 'The record is what `If-None-Match` names.', headers: ETAG }),
    ApiFailures(400, 404),
  );
}

/** Documents `DELETE` of one record by its id, answered by the write envelope. */
export function ApiDelete(resource: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: `delete${resource}`, summary: `Delete a ${resource}` }),
    ApiId(),
    ApiIfMatch(),
    ApiEnvelope(resource, 'deleted'),
    ApiFailures(400, 404, 412),
  );
}

/** What a batch shows, and the role that it needs. */
interface Batch {
  readonly view: Type;
  readonly role: string;
}

/** Documents the search of a resource, and the batch that shares its path: OpenAPI knows one operation for both. */
export function ApiList(definition: SearchDefinition, view: Type, shared?: Batch): MethodDecorator {
  const { resource, plural } = definition;
  const list = listEnvelopeOf(view);
  const page = { $ref: getSchemaPath(list) };
  const batch = shared && ({ type: 'array', items: { $ref: getSchemaPath(shared.view) } } as const);
  const searching =
    'Finds one page of the records that match every filter. Parameter names match without regard to case.';
  return applyDecorators(
    ApiOperation({
      operationId: `list${plural}`,
      summary: shared ? `Search ${plural}, or get several by id` : `Search ${plural}`,
      description: shared
        ? `${searching} With \`Id=[1,2,3]\` the answer is the bare array of those records that exist, in the order asked; that needs ${shared.role}.`
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
          description: 'Only there when `TotalItems` is an estimate, which it may be above 100,000.',
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
      { AttemptedValue: null, Message: 'is a required field', PropertyName: 'Subject' },
      'The body is not valid JSON.',
    ),
  );
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
    description: 'Entity tags, or `*`: a record with none of them is not written (RFC 9110, section 13.1.1).',
  });
}

function ApiId(): MethodDecorator {
  return ApiParam({ name: 'id', schema: { type: 'integer', format: 'int64', minimum: 1 }, example: 87_654_321 });
}
