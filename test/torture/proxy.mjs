import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const SILENCE_MS = 8_000;

/** No faults: all traffic passes. */
export const HARMLESS = { asked: { pass: 1 }, answered: { pass: 1 } };

/** A TCP proxy between clients and the service, or between the service and its database. It sometimes harms requests and answers. */
export class Proxy {
  #server = createServer({ allowHalfOpen: true }, (client) => this.#join(client));
  #sockets = new Set();

  /** `faults` are the weights of the faults that may happen to each piece; see the methods below. `count` is called for each fault. */
  constructor({ target, random, count, faults }) {
    Object.assign(this, { target: new URL(target), random, count, faults });
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this.url;
  }

  /** Connects to another address from now on, and cuts all connections. */
  retarget(target) {
    this.target = new URL(target);
    for (const socket of this.#sockets) socket.destroy();
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client) {
    const service = connect({ port: Number(this.target.port), host: this.target.hostname, allowHalfOpen: true });
    const pair = { client, service, isCut: false, isSilent: false, dropsAnswer: false };
    for (const socket of [client, service]) {
      this.#sockets.add(socket);
      // When one side disconnects, the proxy disconnects the other side too and discards delayed pieces.
      socket
        .on('error', () => cut(pair))
        .on('close', () => {
          this.#sockets.delete(socket);
          cut(pair);
        });
    }
    client.on('data', (piece) => this.#harm(pair, client, piece, 'asked'));
    service.on('data', (piece) => this.#harm(pair, service, piece, 'answered'));
    client.on('end', () => service.end());
    service.on('end', () => client.end());
  }

  async #harm(pair, from, piece, when) {
    if (pair.isSilent) return undefined;
    if (pair.dropsAnswer && when === 'answered') return cut(pair);
    const to = from === pair.client ? pair.service : pair.client;
    const fault = this.random.weighted(this.faults[when]);
    if (fault !== 'pass') this.count(fault);
    from.pause();
    await this[fault](pair, to, piece);
    if (!pair.isCut) from.resume();
    return undefined;
  }

  pass(_pair, to, piece) {
    to.write(piece);
  }

  async delay(pair, to, piece) {
    await pause(this.random.between(5, 400));
    if (!pair.isCut) to.write(piece);
  }

  /** The connection breaks in the middle of a piece. */
  cutInside(pair, to, piece) {
    to.write(piece.subarray(0, this.random.between(0, piece.length - 1)), () => cut(pair));
  }

  /** The request is carried out, but its answer is lost. */
  dropAnswer(pair, to, piece) {
    pair.dropsAnswer = true;
    to.write(piece);
  }

  /** Neither side receives anything more, and for a while neither side learns that the connection is gone. */
  async silence(pair) {
    pair.isSilent = true;
    await pause(SILENCE_MS, undefined, { ref: false });
    cut(pair);
  }

  /** One side closes its sending direction and still listens. */
  halfClose(_pair, to, piece) {
    to.end(piece);
  }

  /** Sends a few bytes at a time. */
  async trickle(pair, to, piece) {
    for (let at = 0; at < piece.length && !pair.isCut;) {
      const length = this.random.between(1, Math.ceil(piece.length / 8));
      to.write(piece.subarray(at, at + length));
      at += length;
      await pause(5);
    }
  }
}

function cut(pair) {
  pair.isCut = true;
  pair.client.destroy();
  pair.service.destroy();
}
