/** Several processes of the service on one database, measured as one server: clients are spread over them, and what they use is added up. */
export class Replicas {
  #servers;

  constructor(servers) {
    this.#servers = servers;
    this.ports = servers.flatMap(({ ports }) => ports);
  }

  /** As of a `ServerProcess`. */
  async usage() {
    const usages = await Promise.all(this.#servers.map((server) => server.usage()));
    const sum = (key) => usages.reduce((total, usage) => total + usage[key], 0);
    return Object.fromEntries(Object.keys(usages[0]).map((key) => [key, sum(key)]));
  }
}
