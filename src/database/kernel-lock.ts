import { closeSync, openSync, constants } from 'node:fs';
import { createRequire } from 'node:module';

const { O_RDWR, O_CREAT } = constants;
/** Far beyond the content of the file: on Windows no process can read bytes that another process locked. */
const LOCKED_BYTE = 2 ** 20;
/** The codes with which operating systems report that another process has the lock. */
const TAKEN = ['EAGAIN', 'EACCES', 'EBUSY'];

interface Binding {
  /** @throws an error with a code of TAKEN while another process, or another descriptor of this one, has the lock */
  readonly tryLock: (fd: number, offset: number, length: number, isExclusive: boolean) => void;
}

/**
 * Opens a file, or creates it, and locks it in the kernel (fcntl with F_OFD_SETLK on Linux, flock on macOS, LockFileEx on Windows). The
 * lock belongs to the descriptor: the kernel releases the lock when the descriptor is closed, or when the process ends or crashes.
 * Processes in other containers see the lock if they share the kernel, or if the file system shares locks between machines.
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
    // The package has no build for musl (Alpine). Its build for glibc uses only functions that musl has too.
    return require(`fs-native-extensions/prebuilds/${platform}-${arch}/fs-native-extensions.node`) as Binding;
  }
}
