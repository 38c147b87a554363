/** Stops the server that the set-up started, if it did. */
export default async function stopServer() {
  await globalThis.stopPostgres?.();
}
