import { Controller, Get, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiList } from '../resource/api-resource.js';
import { toListEnvelope, type ListEnvelope } from '../resource/list-envelope.js';
import { SearchQuery } from '../resource/search-parameters.js';
import type { Search } from '../resource/search.js';
import { AUDIT_TRAIL_SEARCH, AuditTrailEntryView } from './audit-trail-entry.view.js';
import { AuditTrailService } from './audit-trail.service.js';

/** The audit trail, searched by the conventions of contract 1.6. */
@ApiTags('AuditTrailEntries')
@Controller('api/sys/audittrailentries')
export class AuditTrailController {
  constructor(private readonly trail: AuditTrailService) {}

  @Get()
  @Role('AuditTrailEntry-List')
  @ApiList(AUDIT_TRAIL_SEARCH, AuditTrailEntryView)
  async search(
    @SearchQuery(AUDIT_TRAIL_SEARCH) search: Search,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ListEnvelope<AuditTrailEntryView> | StreamableFile> {
    return toListEnvelope(search, await this.trail.search(search, principal));
  }
}
