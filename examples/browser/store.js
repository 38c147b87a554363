/**
 * A few values that all tabs share, in IndexedDB. What one tab has written, another tab reads: `localStorage` does not promise this. In
 * Chromium, a tab that gets a lock may still see there what was before.
 */
const STORE = 'values';
const changes = new BroadcastChannel('tessera');

const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open('tessera', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** The value of this name, or undefined. */
export function read(name) {
  return run('readonly', (store) => store.get(name));
}

/** Writes a value, or takes it away where it is undefined, and tells the other tabs. */
export async function write(name, value) {
  await run('readwrite', (store) => (value === undefined ? store.delete(name) : store.put(value, name)));
  changes.postMessage(name);
}

/** Calls back when another tab has written. */
export function onWrite(callback) {
  changes.onmessage = callback;
}

async function run(mode, act) {
  const transaction = (await opened).transaction(STORE, mode);
  const request = act(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
