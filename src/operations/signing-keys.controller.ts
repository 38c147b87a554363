import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { FORM } from '../http/form.js';
import { CommandEnvelope } from '../resource/kit/command-views.js';
import { SigningKeysService } from '../signing-keys/signing-keys.service.js';
import { BareList } from './bare-list.js';
import { RotationBody, SigningKeyView } from './signing-key-view.js';

/** The keys that sign access tokens. */
@ApiTags('Signing keys')
@Controller('api/sys/signingkeys')
export class SigningKeysController {
  constructor(private readonly keys: SigningKeysService) {}

  @BareList({
    ...{
      of: SigningKeyView,
      role: 'SigningKey-Read',
      operationId: 'listSigningKeys',
      summary: 'List the signing keys',
    },
    description: 'The keys by age, the oldest first. `/.well-known/jwks.json` has their public keys.',
    answer: 'The keys, as a bare array.',
  })
  async list(): Promise<SigningKeyView[]> {
    return (await this.keys.describe()).map((key) => SigningKeyView.of(key));
  }

  @Post('rotate')
  @Role('SigningKey-Rotate')
  @HttpCode(200)
  @ApiConsumes('application/json', FORM)
  @ApiBody({ type: RotationBody })
  @ApiOperation({
    operationId: 'rotateSigningKey',
    summary: 'Make a new signing key',
    description: 'The new key is announced for an hour before it signs. `Value` is `{"Kid": "…"}`.',
  })
  @ApiResponse({ status: 200, type: CommandEnvelope, description: 'The key was made.' })
  @ApiValidationFailure(
    { AttemptedValue: 'soon', PropertyName: 'SignsImmediately', Message: 'must be true or false' },
    'The body is not valid JSON.',
  )
  @ApiFailures(413, 415)
  async rotate(@Body() body: RotationBody, @CurrentPrincipal() principal: Principal): Promise<CommandEnvelope> {
    const kid = await this.keys.rotate(principal, body.SignsImmediately ?? false);
    return CommandEnvelope.ofRun({ value: { Kid: kid }, ranOn: new Date() }, principal.name);
  }
}
