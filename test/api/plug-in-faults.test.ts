import { AuditKinds } from '../../src/audit/audit-kinds.js';
import { AuditKindsService } from '../../src/audit/audit-kinds.service.js';
import { JobsService } from '../../src/jobs/jobs.service.js';
import { AddedClaims } from '../../src/oauth/added-claims.js';
import { AddedClaimsService } from '../../src/oauth/added-claims.service.js';
import { Grant } from '../../src/oauth/grants/grant.js';
import { refuseGrantFaults } from '../../src/oauth/grants/grant-faults.js';
import { HealthCheck } from '../../src/observability/health-check.js';
import { HealthChecksService } from '../../src/observability/health-checks.service.js';
import { MetricsService } from '../../src/observability/metrics.service.js';
import { PersonalData } from '../../src/plug-ins/personal-data.js';
import type { PlugIn } from '../../src/plug-ins/plug-in.js';
import type { PlugInsService } from '../../src/plug-ins/plug-ins.service.js';
import { EndingNotifier, ReplayListener } from '../../src/sessions/session-notices.js';
import { SessionNoticesService } from '../../src/sessions/session-notices.service.js';
import { PersonalDataService } from '../../src/user-records/personal-data.service.js';
import { CredentialVerifier } from '../../src/users/credential-verifier.js';
import { DirectoryService } from '../../src/users/directory.service.js';

const NONE = undefined as never;
const nothing = (): void => undefined;
const GRANT = { name: 'till', description: 'A till.', parameters: {}, handle: nothing };
const DATA = { name: 'Purchases', stored: nothing, erase: nothing };
const described = { description: 'A PIN.' };

/** A plug-in of this kind, with a class of this name. */
function plugIn(kind: abstract new () => PlugIn, name: string, members: object): PlugIn {
  const type = { [name]: class extends kind {} }[name] as new () => PlugIn;
  return Object.assign(new type(), members);
}

/** Starts what finds the plug-ins of a kind, with these plug-ins. */
function start(kind: abstract new () => PlugIn, plugIns: readonly PlugIn[]): void {
  const found = { of: (asked: unknown) => (asked === kind ? plugIns : []) } as unknown as PlugInsService;
  if (kind === Grant) refuseGrantFaults(plugIns as Grant[]);
  new AddedClaimsService(found).onModuleInit();
  new DirectoryService(found, NONE, NONE).onModuleInit();
  new SessionNoticesService(found, new MetricsService()).onModuleInit();
  new HealthChecksService(found).onModuleInit();
  new AuditKindsService(found).onModuleInit();
  new PersonalDataService(found, NONE).onModuleInit();
}

describe('the start is refused for', () => {
  it.each<[string, abstract new () => PlugIn, Readonly<Record<string, object>>, string]>([
    [
      'a grant without a name',
      Grant,
      { TillGrant: { ...GRANT, name: '' } },
      'TillGrant needs a `name` of letters, digits, ".", "_" and "-", or an absolute URI, not "".',
    ],
    [
      'two grants of one name',
      Grant,
      { TillGrant: GRANT, DeskGrant: GRANT },
      'DeskGrant has the name of the grant TillGrant, till: rename one.',
    ],
    [
      'a grant without a description',
      Grant,
      { TillGrant: { ...GRANT, description: ' ' } },
      'TillGrant needs a `description`, a sentence for the OpenAPI document.',
    ],
    ['a grant without a handler', Grant, { TillGrant: { ...GRANT, handle: 1 } }, 'TillGrant needs a method `handle`.'],
    [
      'a grant with a list of parameters',
      Grant,
      { TillGrant: { ...GRANT, parameters: ['pin'] } },
      'TillGrant needs `parameters`, an object with a description for each name: {} if there are none.',
    ],
    [
      'a bad name of a parameter',
      Grant,
      { TillGrant: { ...GRANT, parameters: { 'p n': described } } },
      'TillGrant declares the parameter "p n": expected letters, digits, ".", "_" and "-".',
    ],
    [
      'a parameter of the service',
      Grant,
      { TillGrant: { ...GRANT, parameters: { client_id: described } } },
      'TillGrant declares the parameter client_id, which belongs to the service.',
    ],
    [
      'a parameter that is not described',
      Grant,
      { TillGrant: { ...GRANT, parameters: { pin: {} } } },
      'TillGrant declares the parameter pin without a description.',
    ],
    [
      'a text in place of a boolean',
      Grant,
      { TillGrant: { ...GRANT, parameters: { pin: { ...described, required: 'yes' } } } },
      'TillGrant declares the parameter pin with `required`, which is not a boolean.',
    ],
    [
      'an unknown member of a parameter',
      Grant,
      { TillGrant: { ...GRANT, parameters: { pin: { ...described, optional: true } } } },
      'TillGrant declares the parameter pin with the unknown member optional.',
    ],
    [
      'a claim of the service',
      AddedClaims,
      { ShopClaims: { names: ['sub'] } },
      'ShopClaims adds the claim sub, which belongs to the service.',
    ],
    [
      'one claim of two classes',
      AddedClaims,
      { ShopClaims: { names: ['tenant'] }, TeamClaims: { names: ['tenant'] } },
      'TeamClaims adds the claim tenant, as ShopClaims does.',
    ],
    [
      'claims without names',
      AddedClaims,
      { ShopClaims: {} },
      'ShopClaims needs `names`, a list of the claims that it adds.',
    ],
    [
      'two directories',
      CredentialVerifier,
      { ShopDirectory: { verify: nothing }, TeamDirectory: { verify: nothing } },
      'TeamDirectory and ShopDirectory both check passwords: keep one.',
    ],
    [
      'a directory without a method',
      CredentialVerifier,
      { ShopDirectory: {} },
      'ShopDirectory needs a method `verify`.',
    ],
    ['a notifier without a method', EndingNotifier, { ShopNotifier: {} }, 'ShopNotifier needs a method `ended`.'],
    ['a listener without a method', ReplayListener, { ShopReplays: {} }, 'ShopReplays needs a method `replayed`.'],
    ['a health check without a name', HealthCheck, { ShopHealth: { check: nothing } }, 'ShopHealth needs a `name`.'],
    [
      'two health checks of one name',
      HealthCheck,
      { ShopHealth: { name: 'shop', check: nothing }, TeamHealth: { name: 'shop', check: nothing } },
      'TeamHealth has the name of the health check ShopHealth, shop.',
    ],
    [
      'a bad name of personal data',
      PersonalData,
      { ShopData: { ...DATA, name: 'purchases' } },
      'ShopData has the name "purchases": expected Pascal case.',
    ],
    [
      'personal data of one name',
      PersonalData,
      { ShopData: DATA, TeamData: DATA },
      'ShopData has the name of TeamData, "Purchases": rename one.',
    ],
    ['personal data that stay', PersonalData, { ShopData: { ...DATA, erase: 1 } }, 'ShopData needs a method `erase`.'],
    [
      'one kind of audit event of two classes',
      AuditKinds,
      { ShopKinds: { kinds: { opened: { meaning: 'x' } } }, TeamKinds: { kinds: { opened: { meaning: 'x' } } } },
      'TeamKinds registers the kind "opened" of audit event, as ShopKinds does.',
    ],
    [
      'a kind of audit event without a meaning',
      AuditKinds,
      { ShopKinds: { kinds: { opened: {} } } },
      'ShopKinds registers the kind "opened" of audit event without a meaning.',
    ],
    [
      'a bad name of a kind of audit event',
      AuditKinds,
      { ShopKinds: { kinds: { 'Till opened': { meaning: 'x' } } } },
      'ShopKinds registers the kind "Till opened" of audit event: expected lower-case letters, digits and "-".',
    ],
  ])('%s', (_what, kind, classes, message) => {
    const plugIns = Object.entries(classes).map(([name, members]) => plugIn(kind, name, members));
    expect(() => {
      start(kind, plugIns);
    }).toThrow(message);
  });

  it.each([
    ['a name of two', 'shop_x_total', 'The metric shop_x_total is registered twice: rename one.'],
    ['a bad name', 'Shop', 'The metric Shop has a bad name: expected lower-case letters, digits and "_", such as'],
    ['a name of the process', 'process_x', 'The metric process_x has the prefix of the metrics of the process'],
  ])('a metric with %s', (_what, name, message) => {
    const metrics = new MetricsService();
    const register = (): unknown => metrics.counter({ name, help: 'Help.', action: 'None.' });
    expect(() => [register(), register()]).toThrow(message);
  });
});

// @ts-expect-error -- TypeScript refuses a class that only implements the kind, which the service would not find
class Implementing implements HealthCheck {
  readonly name = 'shop';
  check(): void {
    nothing();
  }
}

it('TypeScript refuses a class that only implements its kind', () => {
  expect(new Implementing()).not.toBeInstanceOf(HealthCheck);
});

it('two jobs of one name stop the start', () => {
  const jobs = new JobsService(NONE, new MetricsService());
  const job = { name: 'count', description: 'Counts.', every: 60, batchSize: 1, batch: () => Promise.resolve(0) };
  jobs.register(job);
  expect(() => {
    jobs.register({ ...job });
  }).toThrow('The job count is registered twice: rename one.');
});
