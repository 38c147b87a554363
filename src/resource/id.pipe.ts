import { Injectable, Param, type PipeTransform } from '@nestjs/common';
import { badRequest } from '../kernel/app-error.js';
import { parseId } from '../kernel/id.js';

@Injectable()
class IdPipe implements PipeTransform<string, number> {
  transform(text: string): number {
    return readIdOfPath(text);
  }
}

/**
 * Injects the id at the end of the path, validated.
 * @publicApi
 */
export const IdParam = (): ParameterDecorator => Param('id', IdPipe);

/** The id at the end of a path. @throws AppError 400 when the text is not an id */
export function readIdOfPath(text: string): number {
  const id = parseId(text);
  if (id === undefined) throw badRequest('The id must be a positive integer below 2^53.');
  return id;
}
