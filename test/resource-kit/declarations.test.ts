import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { jest } from '@jest/globals';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { QUICK_START } from '../support/fixtures.mjs';
import { programWith } from '../support/resource-service.js';

// Each test starts a process, which takes long on a busy machine.
jest.setTimeout(240_000);

/** Starts the service with a module that must keep it from starting, and returns what it says. */
async function startFaulty(module: string): Promise<string[]> {
  const file = await programWith('faulty/faulty.module.ts', module, 'coupons');
  const dataDir = await newData();
  const env = { PATH: process.env['PATH'], NODE_ENV: 'test', PORT: '65535', API_DOCS: 'off', ...settingsOf(dataDir) };
  const child = spawn(process.execPath, [...QUICK_START, file], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  await deleteData(dataDir);
  expect(child.exitCode).toBe(1);
  return said.trim().split('\n');
}

describe('a declaration that is wrong keeps the service from starting', () => {
  it('with one sentence for each mistake, which names class and member', async () => {
    expect(await startFaulty('WrongModule')).toEqual([
      'Wrong has the name "wrong": a name is letters and digits and begins with a capital.',
      'Wrong has the path "/Api//Sys": a path is such as api/sys/coupons, in lower case.',
      'Wrong has the table "Wrong": a table is lower case letters, digits and _, at most 40.',
      'Wrong has two members with the column named.',
      'Wrong has {Nothing} in shownAs, which is no member.',
      'Wrong has {Key} in shownAs, which is a secret.',
      'Wrong has {When} in shownAs, which is neither text nor a number.',
      'Wrong.Plain has rules and no kind: add @Text or its like.',
      'Wrong.Code needs `longest`: how many characters it may have, from 1 to 65536.',
      'Wrong.Long has up to 600 characters: an index takes 512, so it cannot be searchable, orderable or unique.',
      'Wrong.Key is a secret: the order of records would show it, so it cannot be orderable.',
      'Wrong.Percent has least 2 above most 1.',
      'Wrong.When is declared as String, and @DateTime needs Date.',
      'Wrong.Kind needs texts to choose from.',
      'Wrong.Twice has a choice twice.',
      'Wrong.IsHidden is a secret: only @Text can be.',
      'Wrong.CouponId needs `to`: a function that returns the resource.',
      'Wrong.Both is declared as Number, and @Flag needs Boolean.',
      'Wrong.Both has @Whole and @Flag.',
      'Wrong.lower must have a name of letters and digits that begins with a capital.',
      'Wrong.SystemId is a member that every record has: remove its declaration.',
      'Wrong.Named has the column "Column": a column is lower case letters, digits and _, at most 40.',
      "Wrong has the command MELT, and no method of WrongService has @Handles('MELT').",
      'Wrong has the command MELT twice.',
      'Wrong has the command MELT, whose records are "three".',
      "Wrong has the command MELT, and no method of WrongService has @Handles('MELT').",
      'WrongService.freeze handles FREEZE, which is no command of Wrong.',
      'WrongService.beforeCreat is no hook: the hooks are beforeCreate, beforeUpdate, beforeDelete, afterRead.',
    ]);
  });

  it('as classes that are not those of the kit', async () => {
    expect(await startFaulty('OtherClassesModule')).toEqual([
      'NotAService must extend ResourceService.',
      'NotAService must extend ResourceRepository.',
      'CouponsController must extend ResourceController(Voucher).',
    ]);
  });

  it('as a class that is no resource', async () => {
    expect(await startFaulty('NotResourcesModule')).toEqual([
      'NotARecord must extend ResourceRecord.',
      'Undeclared has no @Resource.',
    ]);
  });
});

describe('resources that do not go together keep the service from starting', () => {
  it.each([
    ['TwiceModule', 'Coupon is registered twice: ResourceModule.forFeature is needed once.'],
    ['SamePathModule', 'SamePath and Coupon have the same path, api/sys/coupons.'],
    ['SamePathAsControllerModule', 'Voucher has the path api/sys/vouchers, as OtherController has.'],
    ['ForeignTableModule', 'Job has the table jobs, which is that of JobRecord.'],
  ])('%s', async (module, sentence) => {
    expect(await startFaulty(module)).toEqual([sentence]);
  });

  it('with all that they have in common', async () => {
    expect(await startFaulty('SameTableModule')).toEqual([
      'SameTable and Coupon have the same name, Coupon.',
      'SameTable and Coupon have the same table, coupons.',
    ]);
  });
});

describe('a resource whose database is not ready keeps the service from starting', () => {
  const REMEDY = 'add the migration that makes it, which `migrations generate` writes.';

  it('without its table', async () => {
    expect(await startFaulty('MissingTableModule')).toEqual([
      `Voucher needs the table vouchers, which the database does not have: ${REMEDY}`,
    ]);
  });

  it('without the column of a member; and a command whose role no route declares', async () => {
    expect(await startFaulty('MissingColumnModule')).toEqual([
      `WithRole.Percent needs the column percentage of coupons: ${REMEDY}`,
      'WithRole has the command MELT, which needs the role Cupon-Edit: no route declares this role.',
    ]);
  });
});
