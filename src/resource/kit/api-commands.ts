import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ApiFailures, ApiValidationFailure } from '../../http/api-failures.js';
import { CommandEnvelope, CommandView } from './command-views.js';
import { RunCommand } from './run-command.js';

/** Documents `GET …/commands`: the commands that a resource offers. */
export function ApiCommands(resource: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: `list${resource}Commands`, summary: `List the commands of ${resource}` }),
    ApiQuery({
      name: 'id',
      required: false,
      schema: { type: 'integer', format: 'int64', minimum: 1 },
      description: 'Only the commands that can be run on one record, such as this one.',
    }),
    ApiResponse({ status: 200, type: [CommandView], description: 'The commands, in the order of a menu.' }),
    ApiFailures(400),
  );
}

/** Documents `POST …/runcommand`: all records of the command are changed, or none. */
export function ApiRunCommand(resource: string): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiOperation({
      operationId: `run${resource}Command`,
      summary: `Run a command on ${resource} records`,
      description: 'The command is one transaction: if it fails for one record, no record is changed.',
    }),
    ApiBody({ type: RunCommand }),
    ApiResponse({ status: 200, type: CommandEnvelope, description: 'The command was run.' }),
    ApiValidationFailure(
      { AttemptedValue: null, Message: 'is a required field', PropertyName: 'Key' },
      'The body is not valid JSON.',
    ),
    ApiFailures(413, 415),
  );
}
