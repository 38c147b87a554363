import { Type } from 'class-transformer';
import { IsDate, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

export class CreateRefreshTokenDto {
  @IsString()
  @IsNotEmpty()
  @MaxLength(512)
  readonly Subject!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(512)
  readonly ClientId!: string;

  @Type(() => Date)
  @IsDate()
  readonly ExpiresOn!: Date;

  @IsString()
  @IsNotEmpty()
  readonly ProtectedTicket!: string;

  @IsString()
  @IsNotEmpty()
  readonly TicketHash!: string;

  @IsString()
  @IsNotEmpty()
  readonly TicketSalt!: string;

  @IsOptional()
  @IsString()
  readonly SystemId?: string;
}
