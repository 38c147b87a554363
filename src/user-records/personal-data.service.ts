import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { TrailPersonalData } from '../audit-trail/trail-personal-data.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { textFault } from '../kernel/text.js';
import { PersonalData, type ErasedPerson } from '../plug-ins/personal-data.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import { PlugInsService } from '../plug-ins/plug-ins.service.js';
import { UserPersonalData } from '../users/user-personal-data.js';

const NAME = /^[A-Z]\w{0,63}$/;
/** The member that the export has beside those of the modules. */
const EMAIL = 'Email';
/** The text of an export is passed on in parts of about this many characters. */
const PART_LENGTH = 65_536;

/** How many rows each source of personal data deleted or changed, by its name. */
export type ChangedRows = Readonly<Record<string, number>>;

/** Everything that the modules of the application store about a person. */
@Injectable()
export class PersonalDataService implements OnModuleInit {
  private sources: readonly PersonalData[] = [];

  constructor(
    private readonly plugIns: PlugInsService,
    private readonly events: AuditEventsService,
  ) {}

  /** @throws PlugInError for a name that is malformed, or is that of another source */
  onModuleInit(): void {
    const sources = this.plugIns.of(PersonalData);
    for (const source of sources) {
      for (const method of ['stored', 'erase'] as const)
        if (typeof source[method] !== 'function') throw new PlugInError(source, `needs a method \`${method}\`.`);
      const name = JSON.stringify(source.name);
      if (!NAME.test(source.name)) throw new PlugInError(source, `has the name ${name}: expected Pascal case.`);
      const other = sources.find((each) => each !== source && each.name === source.name);
      if (other) throw new PlugInError(source, `has the name of ${other.constructor.name}, ${name}: rename one.`);
      if (source.name === EMAIL) throw new PlugInError(source, `has the name ${name}, which the export itself has.`);
    }
    this.sources = sources.sort((one, other) => placeOf(one) - placeOf(other));
  }

  /**
   * Everything that is stored about a person, as the parts of a JSON object. It writes an event first.
   * @throws AppError 404 when nothing is stored about the person
   */
  async export(email: string, actor: Actor): Promise<AsyncGenerator<string, void>> {
    const subject = email.toLowerCase();
    await this.demandAny(subject);
    await this.events.record({ kind: 'user-exported', actor, subject });
    return this.partsOf(subject);
  }

  /** @throws AppError 404 when nothing is stored about a person. The name is in lower case */
  async demandAny(email: string): Promise<void> {
    if (!(await this.hasAny(email))) throw new AppError('no_such_user', 404, `Nothing is stored about ${email}.`);
  }

  /** Erases a person everywhere, also if one source fails, and returns how many rows each changed. @throws the first failure of a source */
  async erase(person: ErasedPerson): Promise<ChangedRows> {
    const counts: Record<string, number> = {};
    const failures: unknown[] = [];
    for (const source of this.sources)
      await source.erase(person).then(
        (count) => (counts[source.name] = count),
        (error: unknown) => failures.push(error),
      );
    if (failures.length > 0) throw failures[0];
    return counts;
  }

  private async hasAny(email: string): Promise<boolean> {
    if (textFault(email)) return false;
    for (const source of this.sources) {
      const { done } = await source.stored(email)[Symbol.asyncIterator]().next();
      if (!done) return true;
    }
    return false;
  }

  private async *partsOf(email: string): AsyncGenerator<string, void> {
    let text = `{${JSON.stringify(EMAIL)}:${JSON.stringify(email)}`;
    for (const source of this.sources) {
      text += `,\n${JSON.stringify(source.name)}:[`;
      let separator = '\n';
      for await (const element of source.stored(email)) {
        text += separator + JSON.stringify(element);
        separator = ',\n';
        if (text.length < PART_LENGTH) continue;
        yield text;
        text = '';
      }
      text += ']';
    }
    yield `${text}}\n`;
  }
}

/** The user is the first, who answers most often whether anything is stored. The trail is the last, because others look there for addresses. */
function placeOf(source: PersonalData): number {
  if (source instanceof UserPersonalData) return 0;
  return source instanceof TrailPersonalData ? 2 : 1;
}
