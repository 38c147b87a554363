import { Controller, Get, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiList } from '../http/api-resource.js';
import { toListEnvelope, type ListEnvelope } from '../http/list-envelope.js';
import { SearchQuery } from '../http/search-parameters.js';
import type { Search } from '../kernel/search.js';
import { AUDIT_TRAIL_SEARCH, AuditTrailEntryView } from './audit-trail-entry.view.js';
import { AuditTrail } from './audit-trail.js';

/** The audit trail, searched by the conventions of contract 1.6. */
@ApiTags('AuditTrailEntries')
@Controller('api/sys/audittrailentries')
export class AuditTrailController {
  constructor(private readonly trail: AuditTrail) {}

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
