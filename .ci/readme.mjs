/**
 * Runs README's first session as a reader would paste it, on a new database, and compares what it prints with what README says.
 * Times and UUIDs differ from run to run; everything else must be the same to the letter. Then it runs the session again as a client that
 * names itself by HTTP Basic at the token endpoint.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PORT = '3457';
const BLOCK = /<!-- session -->\s+```sh\n(?<commands>.*?)```\s+```json\n(?<printed>.*?)```/gs;

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const steps = [...readme.matchAll(BLOCK)].map(({ groups }) => groups);
const adding = /^echo .* users add .*$/m.exec(readme)?.[0];

const normal = (text) =>
  text
    .trim()
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=","(UpdatedBy|CreatedOn|UniqueId))/g, 'TIME')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'UUID');

/** How the session is run: what becomes of a step before it is run and compared. */
const VARIANTS = {
  'as it stands': (step) => step,
  'with -u my-client:': ({ commands, printed }) => ({
    commands: commands.replace('/api/token \\', '/api/token -u my-client: \\'),
    printed: printed.replace('"ClientId":"admin@example.com"', '"ClientId":"my-client"'),
  }),
};

async function run(name, steps) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-readme-'));
  try {
    return await runIn(dataDir, name, steps);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function runIn(dataDir, name, steps) {
  const env = { ...process.env, DATA_DIR: dataDir, PORT, ADMIN_PASSWORD: 'correct horse battery' };
  const added = spawnSync('bash', ['-euc', adding ?? 'false'], { cwd: ROOT, env, encoding: 'utf8' });
  if (added.status !== 0) throw new Error(`README's users add failed: ${added.stderr}`);
  const service = spawn(process.execPath, ['dist/main.js'], { cwd: ROOT, env, stdio: 'inherit' });
  try {
    for (
      let i = 0;
      i < 100 &&
      !(await fetch(`http://127.0.0.1:${PORT}/health/ready`)
        .then((r) => r.ok)
        .catch(() => false));
      i++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const script = steps
      .map(({ commands }) => `${commands}\necho; echo ----`)
      .join('\n')
      .replaceAll(':3000', `:${PORT}`);
    const { stdout } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], { cwd: ROOT, env, encoding: 'utf8' });
    const printed = stdout.split('\n----\n');
    const wrong = steps.filter((step, index) => normal(step.printed) !== normal(printed[index] ?? ''));
    for (const step of wrong) {
      console.error(
        `README says:\n${normal(step.printed)}\nbut it prints:\n${normal(printed[steps.indexOf(step)] ?? '')}\n`,
      );
    }
    console.log(`README, ${name}: ${steps.length - wrong.length} of ${steps.length} steps do what it says.`);
    return steps.length > 0 && wrong.length === 0;
  } finally {
    service.kill();
    await new Promise((resolve) => service.once('exit', resolve));
  }
}

let isTrue = true;
for (const [name, variant] of Object.entries(VARIANTS)) {
  const changed = steps.map(variant);
  if (name !== 'as it stands' && changed.every(({ commands }, n) => commands === steps[n].commands))
    throw new Error(`README's session has nothing to change for the run ${name}`);
  isTrue = (await run(name, changed)) && isTrue;
}
process.exit(isTrue ? 0 : 1);
