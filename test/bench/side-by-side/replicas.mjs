/** Several processes of the service on one database, measured as one server. Clients are spread over the processes, and their usage is added. */
export class Replicas {
  #servers;

  constructor(servers) {
    this.#servers = servers;
    this.ports = servers.flatMap(({ ports }) => ports);
  }

  /** See `ServerProcess`. */
  async usage() {
    const usages = await Promise.all(this.#servers.map((server) => server.usage()));
    const sum = (key) => usages.reduce((total, usage) => total + usage[key], 0);
    return Object.fromEntries(Object.keys(usages[0]).map((key) => [key, sum(key)]));
  }
}
