/** The hosts of the database, each by a URL of its own. */
export class ServerHosts {
  private first = 0;

  constructor(private readonly urls: readonly string[]) {}

  /** The number of hosts. */
  get count(): number {
    return this.urls.length;
  }

  /** The host that accepted the previous connection, then the others in their order. */
  inOrder(): readonly string[] {
    return [...this.urls.slice(this.first, this.first + 1), ...this.urls.filter((_, n) => n !== this.first)];
  }

  /** Notes that a host accepted a connection. */
  accepted(url: string): void {
    this.first = this.urls.indexOf(url);
  }
}
