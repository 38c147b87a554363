import type { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../../access/principal.js';
import type { ListEnvelope } from '../list-envelope.js';
import type { Preconditions } from '../preconditions.js';
import type { Found, Search } from '../search.js';
import type { WriteEnvelope } from '../write-envelope.js';
import type { CommandEnvelope, CommandView } from './command-views.js';
import type { ResourceRecord } from './resource-record.js';
import type { ResourceView } from './resource-views.js';
import type { ResourceService } from './resource.service.js';
import type { RunCommand } from './run-command.js';

/**
 * The routes of a resource (contract 1). `ResourceController(Coupon)` returns a class of them. A class that extends that one may override them:
 * the route, its role and its documentation stay.
 * @publicApi
 */
export interface ResourceRoutes<R extends ResourceRecord = ResourceRecord> {
  /** Carries out what the routes are for. */
  readonly service: ResourceService<R>;

  /** `POST`: stores a new record. */
  create(input: object, principal: Principal): Promise<WriteEnvelope>;

  /** `GET` with a search. */
  search(search: Search, principal: Principal): Promise<ListEnvelope<ResourceView> | StreamableFile>;

  /** `GET ?id=[1,2,3]`: the records with these ids. */
  getMany(ids: number[], principal: Principal): Promise<readonly ResourceView[] | StreamableFile>;

  /** `GET commands`: the commands of the resource, or those that can be run on one record. */
  commands(id: string | undefined): readonly CommandView[];

  /** `GET :id`: a record, with its entity tag. */
  get(id: number, principal: Principal, reply: FastifyReply): Promise<ResourceView>;

  /** `PUT`: replaces what clients may set of a record. */
  update(change: { Id: number }, principal: Principal, preconditions: Preconditions): Promise<WriteEnvelope>;

  /** `PUT :id`: the same at the path of the record. */
  updateAt(change: { Id: number }, principal: Principal, preconditions: Preconditions): Promise<WriteEnvelope>;

  /** `DELETE :id`: deletes a record for good. */
  delete(id: number, principal: Principal, preconditions: Preconditions): Promise<WriteEnvelope>;

  /** `POST runcommand`: runs a command on some records. */
  runCommand(run: RunCommand, principal: Principal): Promise<CommandEnvelope>;
}

/** The routes of a resource that clients only search. */
export interface SearchRoutes {
  readonly service: {
    search(search: Search, reader: { readonly actor: Principal }): Promise<Found<ResourceView>>;
  };
}

/** The class above all controllers that `ResourceController` makes. */
export abstract class RoutesOfResource {}
