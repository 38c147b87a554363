import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

/** A command may be about so many records. */
const MOST_RECORDS = 1_000;
const MOST_PARAMETERS = 100;

/**
 * A parameter of a command that is to run. Type is what the list of commands says, and is not read.
 * @publicApi
 */
export class CommandParameter {
  @ApiProperty({ type: String, example: 'Days' })
  @IsString()
  @MaxLength(100)
  readonly Name!: string;

  @ApiPropertyOptional({ type: String, example: 'Integer' })
  @IsOptional()
  @IsString()
  readonly Type?: string;

  @ApiPropertyOptional({
    description: 'Text, a number or a flag, as the parameter needs it.',
    example: 30,
    oneOf: [{ type: 'string' }, { type: 'number', format: 'double' }, { type: 'boolean' }, { type: 'null' }],
  })
  @Allow()
  readonly Value?: unknown;
}

/**
 * What a client sends to run a command (contract 1.7).
 * @publicApi
 */
export class RunCommand {
  @ApiProperty({ type: String, example: 'COUPON_EXTEND', description: 'The Key of a command.' })
  @IsString()
  @MaxLength(100)
  readonly Key!: string;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'integer', format: 'int64', minimum: 1 },
    maxItems: MOST_RECORDS,
    example: [1, 2],
    description: 'Ids of the records, each once.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_RECORDS)
  @ArrayUnique({ message: 'must name each record once' })
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(Number.MAX_SAFE_INTEGER, { each: true })
  readonly Ids?: number[] | null;

  @ApiPropertyOptional({ type: [CommandParameter] })
  @IsOptional()
  @ArrayMaxSize(MOST_PARAMETERS)
  // The lowest rule is the first that fails.
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CommandParameter)
  readonly Parameters?: CommandParameter[] | null;
}
