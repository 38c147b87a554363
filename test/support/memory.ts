import { readFileSync } from 'node:fs';

const EVERY_MS = 20;
const MIB = 1_048_576;

/** The resident memory of a process, in MiB. */
export function residentMemory(pid: number): number {
  const [, kib = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kib) * 1_024) / MIB;
}

/** The greatest increase of the resident memory of a process during some work, in MiB. */
export async function riseOfMemory(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = residentMemory(pid);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, residentMemory(pid))), EVERY_MS);
  try {
    await work();
    return Math.max(most, residentMemory(pid)) - before;
  } finally {
    clearInterval(timer);
  }
}
