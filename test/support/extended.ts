import { transformFile } from '@swc/core';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from './fixtures.mjs';
import { Service } from './service.js';

/** What a team's own `main.ts` does, and it says which routes and roles there are. */
const MAIN = `
  import { createApplication } from '../../dist/application.js';
  import { DeclaredRolesService } from '../../dist/access/declared-roles.service.js';
  import { CouponsModule } from './coupons.module.js';
  const app = await createApplication(CouponsModule);
  const declared = app.get(DeclaredRolesService);
  console.log(JSON.stringify({ routes: declared.routes(), roles: declared.roles() }));
  await app.listen(Number(process.env.PORT), '127.0.0.1');`;

/** Starts the built service with `CouponsModule` added to it: in a process of its own, as any service. */
export async function startExtended(): Promise<Service> {
  const { code } = await transformFile(join(import.meta.dirname, 'coupons.module.ts'), {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2022',
    },
    module: { type: 'es6' },
  });
  const main = join(CACHE, 'extended.js');
  await writeFile(join(CACHE, 'coupons.module.js'), code.replaceAll('../../src/', '../../dist/'));
  await writeFile(main, MAIN);
  return Service.start({}, main);
}
