import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile, writeWhole } from './compile.js';
import { CACHE } from './fixtures.mjs';
import { Service } from './service.js';

/** A team's `main.ts`: as the service's own, with a module of the team's. It grants the fixture users the roles of `GRANTS`. */
const main = (module: string, exported: string): string => `
  import { createApplication } from '../../../dist/application.js';
  import { SERVICE } from '../../../dist/kernel/origin.js';
  import { operatorFault } from '../../../dist/operator-fault.js';
  import { UsersService } from '../../../dist/users/users.service.js';
  try {
    const { ${exported} } = await import('../${module}');
    const app = await createApplication({ modules: [${exported}] });
    for (const [user, role] of JSON.parse(process.env.GRANTS ?? '[]'))
      await app.get(UsersService).grant(user + '@example.com', role, SERVICE);
    await app.listen(Number(process.env.PORT), '127.0.0.1');
  } catch (error) {
    process.stderr.write((operatorFault(error) ?? error.stack) + '\\n');
    process.exit(1);
  }`;

/** The files of a folder of this one. */
function filesOf(folder: string): string[] {
  return readdirSync(join(import.meta.dirname, folder)).map((file) => join(folder, file));
}

/** The file of a program that runs the service with a module: `coupons/coupons.module.ts`, say. */
export async function programWith(module: string, exported: string, ...folders: string[]): Promise<string> {
  for (const source of [dirname(module), ...folders].flatMap(filesOf)) await compile(source);
  const file = join(CACHE, 'programs', `${exported}.js`);
  await writeWhole(file, main(module.replace(/ts$/, 'js'), exported));
  return file;
}

const OPERATIONS = ['Create', 'Read', 'List', 'Edit', 'Delete'];

/** The fixture user of each operation, such as `list`, has the role of that operation on the resource, such as `Coupon-List`. */
const grantsOf = (resource: string): NodeJS.ProcessEnv => ({
  GRANTS: JSON.stringify(OPERATIONS.map((operation) => [operation.toLowerCase(), `${resource}-${operation}`])),
});

/** Starts the built service with the resource Coupon. */
export async function startCoupons(environment: NodeJS.ProcessEnv = {}): Promise<Service> {
  return Service.start(
    { ...grantsOf('Coupon'), ...environment },
    await programWith('coupons/coupons.module.ts', 'CouponsModule'),
  );
}

/** Starts the built service with the resources Coupon and Voucher. */
export async function startVouchers(environment: NodeJS.ProcessEnv = {}): Promise<Service> {
  return Service.start(
    { ...grantsOf('Voucher'), ...environment },
    await programWith('vouchers/vouchers.module.ts', 'VouchersModule', 'coupons'),
  );
}
