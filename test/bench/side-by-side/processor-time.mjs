import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the time of processes in hundredths of a second. */
const TICK_MS = 10;

/**
 * The processor time that a PostgreSQL has used until now, in milliseconds: of all its processes, also of those that have ended. `backend` is the
 * id of one of them. Undefined where there is no /proc, or the server is not on this machine.
 */
export function processorTimeOf(backend) {
  try {
    const server = stat(backend).parent;
    const { own, ended } = stat(server);
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const children = processes.map((id) => childTime(id, server));
    return (own + ended + children.reduce((sum, time) => sum + time, 0)) * TICK_MS;
  } catch {
    return undefined;
  }
}

function childTime(id, server) {
  try {
    const { parent, own } = stat(id);
    return parent === server ? own : 0;
  } catch {
    // The process has ended meanwhile.
    return 0;
  }
}

/** The parent of a process, the time that it used, and the time that its ended children used. */
function stat(id) {
  const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), own: user + system, ended: endedUser + endedSystem };
}
