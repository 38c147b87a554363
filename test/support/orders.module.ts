import { BadRequestException, Body, Controller, Get, HttpCode, Module, Param, Post, Put, Query } from '@nestjs/common';
import { Expose, Transform, Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  IsArray,
  IsDate,
  IsDefined,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { Public } from '../../src/access/policy.js';
import { CheckedBodyAtId } from '../../src/resource/body.pipe.js';
import { RequiredDateTime, RequiredText } from '../../src/resource/members.js';

class Price {
  @IsInt()
  @Min(0)
  readonly Amount!: number;

  @IsIn(['EUR', 'USD'])
  readonly Currency!: string;
}

class Line {
  @IsString()
  @MaxLength(10)
  readonly Sku!: string;

  @IsDefined()
  @ValidateNested()
  @Type(() => Price)
  readonly Price!: Price;
}

class Account {
  @IsString({ context: { secret: true } })
  @MinLength(8, { context: { secret: true } })
  readonly Password!: string;

  @RequiredText({ maxLength: 3, secret: true, example: '123', description: 'A number that only the customer knows.' })
  readonly Pin!: string;

  @RequiredDateTime({ description: 'Until when.' })
  readonly Until!: Date;
}

const isFree = (): PropertyDecorator =>
  ValidateBy({
    name: 'isFree',
    validator: {
      validate: async (name) => Promise.resolve(name !== 'taken'),
      defaultMessage: () => '$property is taken',
    },
  });

class OrderInput {
  @IsString()
  @MaxLength(20)
  @isFree()
  readonly Name!: string;

  @IsOptional()
  @IsEmail()
  readonly Email?: string | null;

  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => Line)
  readonly Lines!: Line[];

  @IsOptional()
  @ValidateNested()
  @Type(() => Account)
  readonly Account?: Account;

  @IsOptional()
  @ArrayMaxSize(1)
  @ValidateNested({ each: true })
  @Type(() => Account)
  readonly Accounts?: Account[];

  @IsOptional()
  @ValidateNested({ context: { secret: true } })
  @Type(() => Price)
  readonly Limit?: Price;

  @IsOptional()
  @IsString({ each: true })
  readonly Tags?: string[];

  @IsOptional()
  @Type(() => Date)
  @IsDate()
  readonly DueOn?: Date;

  @Expose({ name: 'order_reference' })
  @IsOptional()
  @MaxLength(5)
  readonly reference?: string;

  @IsOptional()
  @Transform(({ value }: { value: string }) => value.trim().toUpperCase())
  @Matches(/^[A-Z]{3}$/, { message: 'must be three letters' })
  readonly Code?: string;

  @IsOptional()
  @Transform(() => {
    throw new BadRequestException();
  })
  readonly Refused?: string;

  @IsOptional()
  @IsInt({ groups: ['import'] })
  readonly Batch?: number;

  @IsOptional()
  @IsObject()
  readonly Extra?: Record<string, unknown>;

  @IsOptional()
  @ValidateNested()
  readonly Untyped?: Price;

  @Allow()
  readonly Anything?: unknown;

  readonly Undeclared?: string;
}

class MixedInput {
  @RequiredText({ maxLength: 5, example: 'MAY', description: 'A text.' })
  readonly Title!: string;

  @IsInt()
  readonly Count!: number;

  @RequiredDateTime({ description: 'Until when.' })
  readonly Until!: Date;
}

class OrderChange {
  @IsInt()
  readonly Id!: number;

  @IsString()
  readonly Name!: string;
}

class OrderQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  readonly page: number = 1;

  @IsOptional()
  @IsIn(['asc', 'desc'])
  readonly dir?: string;
}

class Month {
  @Type(() => Number)
  @IsInt()
  @Max(2100)
  readonly year!: number;

  @Matches(/^\d\d$/)
  readonly month!: string;
}

class WithoutRules {
  readonly Name?: string;
}

/** What was read, and of which class it is. */
function read(value: unknown): object {
  return { type: (value as object).constructor.name, value };
}

/** Routes whose parameters have nothing but the plain decorators of class-validator and class-transformer. */
@Controller('orders')
@Public()
class OrdersController {
  @Post()
  @HttpCode(200)
  create(@Body() order: OrderInput): unknown {
    return read(order);
  }

  @Post('mixed')
  @HttpCode(200)
  mixed(@Body() input: MixedInput): unknown {
    return { ...read(input), until: input.Until instanceof Date };
  }

  @Post('line')
  @HttpCode(200)
  line(@Body('Line') line: Line): unknown {
    return read(line);
  }

  @Post('without-members')
  @HttpCode(200)
  withoutMembers(
    @Body() body: Record<string, unknown>,
    @Body('Name') name: string,
    @Body('Lines') lines: Line[],
    @Query('size') size: number,
  ): unknown {
    return { body, name, lines, size };
  }

  @Post('without-rules')
  @HttpCode(200)
  withoutRules(@Body() body: WithoutRules): unknown {
    return read(body);
  }

  @Put(':id')
  update(@CheckedBodyAtId() change: OrderChange): unknown {
    return read(change);
  }

  @Get()
  search(@Query() query: OrderQuery): unknown {
    return read(query);
  }

  @Get(':year/:month')
  month(@Param() month: Month): unknown {
    return read(month);
  }
}

/** A team's module, written as for any Nest application. */
@Module({ controllers: [OrdersController] })
export class OrdersModule {}
