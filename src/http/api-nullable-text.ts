import { ApiProperty } from '@nestjs/swagger';

/** Documents a member of a response that is text or null. */
export function ApiNullableText(example: string, description: string): PropertyDecorator {
  return ApiProperty({ type: String, nullable: true, example, description });
}
