/**
 * Runs README's first session as a reader would paste it, on a new database, and compares what it prints with what README says.
 * Times and UUIDs differ from run to run; everything else must be the same to the letter.
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
const dataDir = mkdtempSync(join(tmpdir(), 'tessera-readme-'));
const env = { ...process.env, DATA_DIR: dataDir, PORT, ADMIN_PASSWORD: 'correct horse battery' };
const adding = /^echo .* users add .*$/m.exec(readme)?.[0];

const normal = (text) =>
  text
    .trim()
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=","(UpdatedBy|CreatedOn|UniqueId))/g, 'TIME')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'UUID');

async function run() {
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
    console.log(`README: ${steps.length - wrong.length} of ${steps.length} steps do what it says.`);
    return steps.length > 0 && wrong.length === 0;
  } finally {
    service.kill();
    await new Promise((resolve) => service.once('exit', resolve));
  }
}

const isTrue = await run().finally(() => rmSync(dataDir, { recursive: true, force: true }));
process.exit(isTrue ? 0 : 1);
