import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JwtStrategy } from './jwt.strategy.js';
import { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensService } from './refresh-tokens.service.js';

const { DATABASE_URL = '' } = process.env;

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: DATABASE_URL, entities: [RefreshToken], synchronize: true }),
    TypeOrmModule.forFeature([RefreshToken]),
    PassportModule,
  ],
  controllers: [RefreshTokensController],
  providers: [RefreshTokensService, JwtStrategy],
})
export class AppModule {}
