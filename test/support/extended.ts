import { join } from 'node:path';
import { compile, writeWhole } from './compile.js';
import { CACHE } from './fixtures.mjs';
import { Service } from './service.js';

/** What a team's own `main.ts` does, and it says which routes and roles there are. `module` is a file that exports one module. */
const main = (module: string): string => `
  import { createApplication } from '../../dist/application.js';
  import { DeclaredRolesService } from '../../dist/access/declared-roles.service.js';
  import * as extension from './${module}';
  const app = await createApplication({ modules: Object.values(extension) });
  const declared = app.get(DeclaredRolesService);
  console.log(JSON.stringify({ routes: declared.routes(), roles: declared.roles() }));
  await app.listen(Number(process.env.PORT), '127.0.0.1');`;

/** Starts the built service with a module of this folder added to it: in a process of its own, as any service. */
export async function startExtended(source: `${string}.module.ts` = 'coupons.module.ts'): Promise<Service> {
  const module = source.replace(/ts$/, 'js');
  const file = join(CACHE, `with-${module}`);
  await compile(source);
  await writeWhole(file, main(module));
  // A module may change what all modules of its process share, as the partners' do.
  return Service.startAlone(file);
}
