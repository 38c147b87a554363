import {
  createParamDecorator,
  Injectable,
  type ArgumentMetadata,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { readParameter } from './dto.pipe.js';
import { readIdOfPath } from './id.pipe.js';
import { ID_OF_PATH } from './members.js';

/** A body, and the id of the record in the path. */
interface BodyAtId {
  readonly body: unknown;
  readonly id: number;
}

@Injectable()
class BodyAtIdPipe implements PipeTransform<BodyAtId> {
  transform({ body, id }: BodyAtId, { metatype }: ArgumentMetadata): object | Promise<object> {
    return readParameter(metatype as Type<object>, body, { path: '', given: { [ID_OF_PATH]: id } });
  }
}

const bodyAtId = createParamDecorator((_data: unknown, context: ExecutionContext): BodyAtId => {
  const { body, params } = context.switchToHttp().getRequest<FastifyRequest<{ Params: { id: string } }>>();
  return { body, id: readIdOfPath(params.id) };
});

/** Like `@Body()`, for a record at the path `:id`: the Id in the body must equal the id of the path, or be absent. */
export const CheckedBodyAtId = (): ParameterDecorator => bodyAtId(BodyAtIdPipe);
