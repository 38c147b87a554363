/**
 * A few values that all tabs share, in IndexedDB. Each tab reads the value that another tab has written. `localStorage` does not promise this:
 * in Chromium, a tab that gets a lock may still read the old value.
 */
const STORE = 'values';
const changes = new BroadcastChannel('tessera');
let notify = () => undefined;

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

/** Writes a value, or deletes it if it is undefined, and notifies all tabs. */
export async function write(name, value) {
  await run('readwrite', (store) => (value === undefined ? store.delete(name) : store.put(value, name)));
  changes.postMessage(name);
  notify();
}

/** Calls back when this or another tab has written. */
export function onWrite(callback) {
  notify = callback;
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
