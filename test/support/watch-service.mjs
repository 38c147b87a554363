import { Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { recordStatements } from './statement-record.mjs';

// Loaded into a service that has a process of its own (`--import`). It records the statements that the service sends, and sends a message
// when this process, and no other one, listens on the port of its settings.
const { listen } = Server.prototype;
if (isMainThread && process.send) {
  recordStatements();
  Server.prototype.listen = function (...given) {
    this.once('listening', () => {
      if (this.address()?.port === Number(process.env.PORT)) process.send({ isListening: true });
    });
    return listen.apply(this, given);
  };
}
