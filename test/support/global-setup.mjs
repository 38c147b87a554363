import { NestFactory } from '@nestjs/core';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, IMAGE, USERS } from './fixtures.mjs';

const DIST = join(import.meta.dirname, '../../dist');

/** Starts the service's modules on the data that the environment names, and adds the fixture users. */
export async function addUsers() {
  const [admin, ...others] = USERS;
  Object.assign(process.env, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
  const { AppModule } = await import(join(DIST, 'app.module.js'));
  const { Settings } = await import(join(DIST, 'config/settings.js'));
  const { SERVICE } = await import(join(DIST, 'kernel/origin.js'));
  const { UsersService } = await import(join(DIST, 'users/users.service.js'));
  const service = AppModule.with(Settings.load());
  const app = await NestFactory.createApplicationContext(service, { logger: ['error', 'warn'], abortOnError: false });
  await Promise.all(others.map((user) => app.get(UsersService).add(user, SERVICE)));
  await app.close();
}

/** Makes the data folder that each suite copies at its start: migrated, with the fixture users. */
export default async function makeImage() {
  if (!existsSync(DIST)) throw new Error('There is no build: run `npm run build` first, or `npm test`, which does.');
  rmSync(CACHE, { recursive: true, force: true });
  process.env.DATA_DIR = IMAGE;
  await addUsers();
}
