import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { found, populate } from './population.mjs';
import { HARMLESS, Proxy } from './proxy.mjs';
import { speak } from './raw.mjs';
import { judgeThefts, steal } from './thieves.mjs';

const FAULTS = {
  asked: { pass: 80, delay: 6, cutInside: 4, dropAnswer: 6, halfClose: 2, trickle: 4 },
  answered: { pass: 90, delay: 3, cutInside: 3, trickle: 4 },
};
const CLIENTS = 10;
/** Thieves live among the clients: the network harms their traffic too. */
const THEFTS = { loop: 1, lockstep: 1 };
const RESERVE_MS = 3_000;
const IDLE_CONNECTIONS = 300;
const SLOW_CONNECTIONS = 60;
/** The service closes connections whose request takes longer than this to arrive. It checks every half minute. */
const SLOWEST_REQUEST_MS = 95_000;
/** What may remain after the attack: connections that clients keep, and files of tables that the embedded database first used meanwhile. */
const FILES_LEFT = 100;
/** What well-behaved clients, probes and oversized requests may have open beside the attackers' connections. */
const FILES_MEANWHILE = 100;
const MEMORY_MIB = 250;
/** Other clients are served while attackers keep their connections open. */
const PATIENCE_MS = 10_000;

/**
 * Clients reach the service through a proxy that delays, cuts, half-closes and trickles traffic, and drops answers to requests that were
 * carried out. Meanwhile attackers keep idle connections open, or send requests one byte at a time. No client may lose its session. After
 * the attack the service may use no more memory and sockets than before.
 */
export async function network(context) {
  const { report, random, deadline } = context;
  const proxies = [];
  const through = (service) =>
    Promise.all(
      service.map(({ url }, n) => {
        const count = (fault) => report.count(fault);
        const proxy = new Proxy({ target: url, random: random.fork(`proxy ${n}`), count, faults: FAULTS });
        proxies.push(proxy);
        return proxy.listen();
      }),
    );
  const { world, service, dispose } = await found(context, { through });
  const [{ url }] = service;
  const sockets = [];
  try {
    populate(world, { clients: CLIENTS });
    steal(world, THEFTS);
    await pause(1_500);
    const before = service[0].usage();
    sockets.push(...flood(url, IDLE_CONNECTIONS, ''));
    const slow = flood(url, SLOW_CONNECTIONS, 'POST /api/token HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n');
    sockets.push(...slow);
    const feeding = feed(slow, () => world.isOver);
    const begun = performance.now();
    // A long run lasts at least until the service must have closed all attackers' connections.
    const isLong = deadline - begun > SLOWEST_REQUEST_MS;
    const end = Math.max(deadline - RESERVE_MS, isLong ? begun + SLOWEST_REQUEST_MS : 0);
    do {
      await probe(url, report);
      const answers = await Promise.all(Array.from({ length: 20 }, () => speak(url, oversized())));
      for (const { status } of answers) {
        if (status !== 431) report.violate('a header that is too long is refused', `it was answered with ${status}`);
      }
      report.count('oversized', 20);
      const { files, memory } = service[0].usage();
      report.worst('files_at_worst', files);
      report.worst('memory_at_worst', memory);
      await pause(500);
    } while (performance.now() < end);
    const stillOpen = sockets.filter((socket) => !socket.destroyed).length;
    report.count('held_connections_cut', sockets.length - stillOpen);
    if (isLong && stillOpen > 0)
      report.violate('idle connections are closed', `${stillOpen} stayed open for longer than a request may take`);
    for (const socket of sockets) socket.destroy();
    for (const proxy of proxies) proxy.faults = HARMLESS;
    await world.settle();
    await feeding;
    await world.verify();
    judgeThefts(report);
    await pause(500);
    compare(before, service[0].usage(), report);
  } finally {
    for (const socket of sockets) socket.destroy();
    for (const proxy of proxies) proxy.close();
    await dispose();
  }
}

/** Opens connections, sends the beginning of a request on each, and leaves them open. */
function flood(url, count, beginning) {
  const { hostname, port } = new URL(url);
  return Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => socket.destroy()).on('end', () => socket.destroy());
    socket.resume().write(beginning);
    return socket;
  });
}

/** Sends a header one byte at a time until the service closes the connection. */
async function feed(sockets, isOver) {
  while (!isOver()) {
    for (const socket of sockets) if (socket.writable) socket.write('x');
    await pause(400);
  }
}

async function probe(url, report) {
  const begun = performance.now();
  const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
  const took = performance.now() - begun;
  report.worst('slowest_probe_ms', took);
  if (!answer?.ok || took > PATIENCE_MS)
    report.violate(
      'other clients are served',
      `a probe was answered with ${answer?.status} after ${Math.round(took)} ms`,
    );
}

function oversized() {
  return `GET /health/live HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(100_000)}\r\n\r\n`;
}

function compare(before, after, report) {
  Object.assign(report.figures, { files_before: before.files, files_after: after.files });
  Object.assign(report.figures, { memory_before: before.memory, memory_after: after.memory });
  const { files_at_worst: files, memory_at_worst: memory } = report.figures;
  if (files > before.files + IDLE_CONNECTIONS + SLOW_CONNECTIONS + FILES_MEANWHILE)
    report.violate('sockets stay bounded', `${before.files} files before, ${files} at worst`);
  if (memory > before.memory + MEMORY_MIB)
    report.violate('memory stays bounded', `${before.memory} MiB before, ${memory} MiB at worst`);
  if (after.files > before.files + FILES_LEFT)
    report.violate('sockets stay bounded', `${before.files} files before, ${after.files} after`);
  if (after.memory > before.memory + MEMORY_MIB)
    report.violate('memory stays bounded', `${before.memory} MiB before, ${after.memory} MiB after`);
}
