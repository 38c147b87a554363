import { Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';

// Loaded into a service (`--import`), it sends a message when this process, and no other one, listens on the port of its settings.
const { listen } = Server.prototype;
if (isMainThread && process.send)
  Server.prototype.listen = function (...given) {
    this.once('listening', () => {
      if (this.address()?.port === Number(process.env.PORT)) process.send({ listening: true });
    });
    return listen.apply(this, given);
  };
