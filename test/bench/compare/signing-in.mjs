import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { contender, DIST, SETTINGS } from '../side-by-side/contenders.mjs';

const USERS = 8;
const PASSWORD = 'the password of a user of the benchmark';

let runs = 0;

/** The service of this checkout and that of another, each on a database of its own with a user for each virtual client. */
export async function startSigningIn(session, databases, { baseline, isFree }) {
  const run = ++runs;
  const contenders = [];
  for (const [name, dist] of Object.entries({ tessera: DIST, baseline: join(baseline, 'dist') })) {
    const env = { ...SETTINGS, DATABASE_URL: await databases.create(`sign_in_${name}_${run}`) };
    await addUsers(dist, env);
    const server = await session.start(`sign-in-${name}`, join(dist, 'main.js'), {
      ...env,
      ...(isFree && { BENCH_FREE_PASSWORDS: '1' }),
    });
    const clients = Array.from({ length: USERS }, (_, n) => ({
      clientId: `bench-${n}`,
      username: emailOf(n),
      password: PASSWORD,
    }));
    contenders.push(contender(name, { server, scenarios: ['sign-in'], clients, tokenPath: '/api/token' }));
  }
  return contenders;
}

async function addUsers(dist, env) {
  for (let n = 0; n < USERS; n++) {
    const command = spawn(process.execPath, [join(dist, 'cli/main.js'), 'users', 'add', emailOf(n)], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    command.stdin.end(`${PASSWORD}\n`);
    const [code] = await once(command, 'exit');
    if (code !== 0) throw new Error(`A user was not added: ${code}`);
  }
}

function emailOf(n) {
  return `user-${n}@example.com`;
}
