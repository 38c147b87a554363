import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { Public } from '../access/policy.js';
import { Settings } from '../config/settings.js';
import { SigningKeysService } from '../signing-keys/signing-keys.service.js';
import { GrantsService } from './grants/grants.service.js';
import { KeySet } from './key-set.js';
import { ServerMetadata } from './server-metadata.js';

const CACHE_CONTROL = 'public, max-age=300';

/** Serves the metadata and keys that clients and verifiers discover. */
@ApiTags('Discovery')
@Public()
@Controller('.well-known')
export class DiscoveryController {
  constructor(
    private readonly settings: Settings,
    private readonly keys: SigningKeysService,
    private readonly grants: GrantsService,
  ) {}

  /** The metadata lists only what this service supports. */
  @Get('oauth-authorization-server')
  @Header('cache-control', CACHE_CONTROL)
  @ApiOperation({ operationId: 'metadata', summary: 'Authorization server metadata (RFC 8414)' })
  @ApiResponse({ status: 200, type: ServerMetadata, description: 'The metadata.' })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  metadata(): ServerMetadata {
    const { PUBLIC_URL, API_DOCS } = this.settings;
    return ServerMetadata.of(PUBLIC_URL, this.grants.names(), API_DOCS === 'on');
  }

  /** The public keys that verify access tokens (RFC 7517). */
  @Get('jwks.json')
  @Header('cache-control', CACHE_CONTROL)
  @ApiOperation({ operationId: 'keySet', summary: 'JSON Web Key Set (RFC 7517)' })
  @ApiResponse({ status: 200, type: KeySet, description: 'The keys.' })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  async keySet(): Promise<{ keys: JWK[] }> {
    return { keys: await this.keys.keySet() };
  }
}
