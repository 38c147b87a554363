import { Body, Controller, Get, Post, Query, type StreamableFile } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Exempts, Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { decodePairs } from '../http/percent-encoding.js';
import { keepRoutes, ResourceController } from '../resource/kit/resource.controller.js';
import type { ResourceView } from '../resource/kit/resource-views.js';
import type { ListEnvelope } from '../resource/list-envelope.js';
import { streamJson } from '../resource/record-stream.js';
import type { Search } from '../resource/search.js';
import { WriteEnvelope } from '../resource/write-envelope.js';
import type { User } from '../users/user.entity.js';
import { ErasuresService } from './erasures.service.js';
import { ApiErasePerson, ApiExportPerson, ErasedEnvelope, PersonBody, personOf } from './person-routes.js';
import { PersonalDataService } from './personal-data.service.js';
import { UserRecord, USERS, type UserInput } from './user-record.js';
import { demandOwnRights } from './user-rights.js';
import { UserRecordsService } from './user-records.service.js';

class CreatedUserValue {
  @ApiProperty({ type: 'integer', format: 'int64', example: 87_654_321, description: 'Id of the record written.' })
  readonly Id!: number;

  @ApiPropertyOptional({
    type: String,
    example: 'a made password',
    description: 'The password, if the service made it. It is shown this once, and must be changed.',
  })
  readonly Password?: string;
}

/** The response to the creation of a user. */
class CreatedUserEnvelope extends WriteEnvelope {
  @ApiProperty({ type: CreatedUserValue })
  declare readonly Value: CreatedUserValue;
}

/** Whether a search is for the user who sends it: by one e-mail address, which is the user's own. Other parameters only narrow the search. */
function isAboutOneself({ url }: FastifyRequest, { name }: Principal): boolean {
  const query = url.slice(url.indexOf('?') + 1 || url.length);
  const emails = decodePairs(query, 'The query').filter(([parameter]) => parameter.toLowerCase() === 'user_email');
  return emails.length === 1 && emails[0]?.[1].toLowerCase() === name;
}

/** The User resource: its operations and commands. Every signed-in user may search for the own record. `UserRecordsService` carries them out. */
@Controller(USERS.path)
export class UserRecordsController extends ResourceController(UserRecord) {
  constructor(
    service: UserRecordsService,
    private readonly persons: PersonalDataService,
    private readonly erasures: ErasuresService,
  ) {
    super(service);
  }

  /** Creates a user. The answer has the password, if the service made it. */
  override async create(input: UserInput, principal: Principal): Promise<CreatedUserEnvelope> {
    const { madePassword: Password, ...write } = await (this.service as UserRecordsService).create(input, principal);
    const envelope: CreatedUserEnvelope = WriteEnvelope.of(USERS.name, 'created', write);
    return Password === undefined ? envelope : Object.assign(envelope, { Value: { Id: write.id, Password } });
  }

  /** Exports everything that is stored about a person. */
  @Get('export')
  @Role(`${USERS.name}-Export`)
  @ApiExportPerson()
  async export(
    @Query() query: Readonly<Record<string, unknown>>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<StreamableFile> {
    return streamJson(await this.persons.export(personOf(query), principal));
  }

  /** Erases a person. */
  @Post('erase')
  @Role(`${USERS.name}-Erase`)
  @ApiErasePerson()
  async erase(@Body() { Email }: PersonBody, @CurrentPrincipal() principal: Principal): Promise<ErasedEnvelope> {
    const demand = ({ isAdministrator: IsAdmin, roles: Roles }: User): void => {
      demandOwnRights(principal, { IsAdmin, Roles });
    };
    return ErasedEnvelope.done(await this.erasures.erase(Email, principal, demand), principal.name);
  }

  @Exempts(isAboutOneself)
  override search(search: Search, principal: Principal): Promise<ListEnvelope<ResourceView> | StreamableFile> {
    return super.search(search, principal);
  }
}

// The documentation of the route that `create` overrides is kept, but for the answer.
keepRoutes(UserRecordsController);
const { prototype } = UserRecordsController;
ApiResponse({ status: 200, type: CreatedUserEnvelope, description: 'The record was created.' })(
  prototype,
  'create',
  Object.getOwnPropertyDescriptor(prototype, 'create') as TypedPropertyDescriptor<unknown>,
);
