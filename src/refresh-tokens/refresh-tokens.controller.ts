import { Controller } from '@nestjs/common';
import { ResourceController } from '../resource/kit/resource.controller.js';
import { REFRESH_TOKENS, RefreshToken } from './refresh-token.entity.js';

/**
 * The RefreshToken resource (contract 1): its six operations, and the update at the path of the record's id. `RefreshTokensService` carries
 * them out.
 */
@Controller(REFRESH_TOKENS.path)
export class RefreshTokensController extends ResourceController(RefreshToken) {}
