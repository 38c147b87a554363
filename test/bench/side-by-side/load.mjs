import { performance } from 'node:perf_hooks';
import { HttpConnection } from './http-connection.mjs';
import { SCENARIOS } from './scenarios.mjs';

// The load generator, in its own process. Each virtual client has a connection and sends its next request after it has checked the
// previous answer (closed loop).

const STATUS_OK = [200, 201];

process.on('message', (task) => {
  run(task).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.message }),
  );
});

process.on('disconnect', () => process.exit());

/** Runs uncounted for `leadMs`, then counted for `measuredMs`. Resolves to the figures, and to the final state of the clients. */
async function run({ scenario, target, clients, leadMs, measuredMs }) {
  const from = performance.now() + leadMs;
  const window = { from, to: from + measuredMs };
  const latencies = [];
  const cpuBefore = process.cpuUsage();
  const requests = await Promise.all(
    clients.map((client, n) => {
      const port = target.ports[n % target.ports.length];
      return drive({ scenario, target, port, client, window, latencies });
    }),
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  latencies.sort((a, b) => a - b);
  const sum = requests.reduce((total, count) => total + count, 0);
  return {
    perSecond: latencies.length / (measuredMs / 1000),
    p50Ms: latencies[Math.floor(latencies.length * 0.5)],
    p99Ms: latencies[Math.floor(latencies.length * 0.99)],
    requests: sum,
    cpuMs: (user + system) / 1000 / sum,
    clients,
  };
}

async function drive({ scenario, target, port, client, window, latencies }) {
  const { next, accept, atEnd } = SCENARIOS[scenario];
  const connection = new HttpConnection(port);
  let requests = 0;
  try {
    for (let now = performance.now(); now < window.to; requests++) {
      const sent = next(client, target);
      const { status, body } = await connection.send(sent.text);
      const answered = performance.now();
      if (!STATUS_OK.includes(status)) throw new Error(`${scenario}: ${status} ${body.slice(0, 500)}`);
      accept(client, JSON.parse(body), sent);
      if (answered >= window.from && answered < window.to) latencies.push(answered - now);
      now = performance.now();
    }
    atEnd?.(client);
    return requests;
  } finally {
    connection.close();
  }
}
