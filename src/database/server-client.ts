import { EventEmitter } from 'node:events';
import pg, { type ClientConfig } from 'pg';
import { ConnectionRefused, isDatabaseAway } from '../kernel/database-failures.js';

type Connected = (error?: Error) => void;

/** What the pool needs of a connection until it is made. */
interface Connectable extends EventEmitter {
  connect(callback: Connected): void;
}

/** Makes a connection for the pool, which tells when it could not be made: nothing was asked by then. */
export function serverClient(config: ClientConfig): Connectable {
  const client = newClient(config);
  const connect = client.connect.bind(client);
  client.connect = (callback) => {
    connect((error) => {
      callback(error && !isDatabaseAway(error) ? new ConnectionRefused(error) : error);
    });
  };
  return client;
}

/** The driver reads the files that the URL names, such as certificates, and throws what the pool would let end the process. */
function newClient(config: ClientConfig): Connectable {
  try {
    return new pg.Client(config);
  } catch (error) {
    const connect = (callback: Connected): void => {
      process.nextTick(callback, error);
    };
    return Object.assign(new EventEmitter(), { connect });
  }
}
