import { Module } from '@nestjs/common';
import { Flag, Text } from '../../../src/resource/kit/member-decorators.js';
import { Resource } from '../../../src/resource/kit/resource.decorator.js';
import { ResourceRecord } from '../../../src/resource/kit/resource-record.js';
import { ResourceModule } from '../../../src/resource/resource.module.js';

@Resource({ name: 'Partner', path: 'api/sys/partners', table: 'partners' })
class Partner extends ResourceRecord {
  @Text({ longest: 100, searchable: true })
  Name!: string;

  @Flag()
  IsActive!: boolean;
}

/** A resource without a migration yet, and without classes of a team's own. */
@Module({ imports: [ResourceModule.forFeature([Partner])] })
export class PartnersModule {}
