import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../../kernel/date-time.js';
import { PersonalData, type ErasedPerson } from '../../plug-ins/personal-data.js';
import { AuthoredRecordsRepository } from './authored-records.repository.js';
import { ResourceRegistryService } from './resource-registry.service.js';

const AT_ONCE = 500;

/** The records of all resources whose `UpdatedBy` is the person. An erasure keeps the records, with the pseudonym as `UpdatedBy`. */
@Injectable()
export class AuthorPersonalData extends PersonalData {
  readonly name = 'UpdatedRecords';

  constructor(
    private readonly resources: ResourceRegistryService,
    private readonly records: AuthoredRecordsRepository,
  ) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    for (const resource of this.resources.authored())
      for (let after = 0; ;) {
        const page = await this.records.after(after, resource, email, AT_ONCE);
        for (const { id, updatedOn } of page)
          yield { EntityShortName: resource.name, Id: id, UpdatedOn: formatDateTime(updatedOn) };
        const last = page.at(-1);
        if (!last) break;
        after = last.id;
      }
  }

  async erase({ email, pseudonym }: ErasedPerson): Promise<number> {
    let count = 0;
    for (const resource of this.resources.authored())
      for (let changed = AT_ONCE; changed === AT_ONCE; count += changed)
        changed = await this.records.replace(resource, email, pseudonym, AT_ONCE);
    return count;
  }
}
