import { closeSync, openSync, constants } from 'node:fs';
import { createRequire } from 'node:module';

const { O_RDWR, O_CREAT } = constants;
/** Far behind what the file holds: on Windows nobody can read bytes that another process locked. */
const LOCKED_BYTE = 2 ** 20;
/** Systems name a lock that is taken differently. */
const TAKEN = ['EAGAIN', 'EACCES', 'EBUSY'];

interface Binding {
  /** @throws an error with a code of TAKEN while another process, or another descriptor of this one, has the lock */
  readonly tryLock: (fd: number, offset: number, length: number, isExclusive: boolean) => void;
}

/**
 * Opens a file, which is made when there is none, and locks it in the kernel (fcntl with F_OFD_SETLK on Linux, flock on macOS, LockFileEx on
 * Windows). The lock belongs to the descriptor: the kernel ends the lock when the descriptor is closed or its process ends, however it
 * ends. Processes in other containers see the lock too, as long as they share the kernel, or the file system passes locks on.
 * @returns the descriptor; undefined while another process has the lock
 * @throws Error when the file cannot be opened, the file system does not lock, or this platform has no build of the lock
 */
export function openLocked(path: string): number | undefined {
  const { tryLock } = loadBinding();
  const fd = openSync(path, O_RDWR | O_CREAT, 0o600);
  try {
    tryLock(fd, LOCKED_BYTE, 1, true);
    return fd;
  } catch (error) {
    closeSync(fd);
    if (TAKEN.includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

function loadBinding(): Binding {
  const require = createRequire(import.meta.url);
  try {
    return require('fs-native-extensions/binding') as Binding;
  } catch (error) {
    const { platform, arch } = process;
    if (platform !== 'linux') throw error;
    // The package looks for a build for musl (Alpine) and has none. Its build for glibc uses nothing that musl lacks.
    return require(`fs-native-extensions/prebuilds/${platform}-${arch}/fs-native-extensions.node`) as Binding;
  }
}
