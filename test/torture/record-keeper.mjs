import { isUnknown, mayBeDone } from './world.mjs';

const RESOURCE = '/api/sys/refreshtokens';
const GONE = 'gone';
/** The number of records that it keeps. When this many exist, it deletes some. */
const KEPT = 12;
const DELETED_KEPT = 200;

/**
 * Creates, reads, updates and deletes records. For each record it keeps every version that may be stored: one version when the state is
 * known; after an unanswered write the previous and the next version, until a read shows which of them is stored.
 */
export class RecordKeeper {
  #records = [];
  /** Ids of the records that were deleted last. */
  #deleted = [];
  #made = 0;

  constructor(world, name) {
    Object.assign(this, { world, name });
    this.random = world.random.fork(name);
    this.history = world.history(name);
  }

  async step() {
    if (this.#records.length === 0) return this.#create();
    const isFull = this.#records.length >= KEPT;
    const act = this.random.weighted({ create: isFull ? 0 : 3, read: 3, update: 4, delete: isFull ? 6 : 1, miss: 1 });
    if (act === 'create') return this.#create();
    if (act === 'miss' && this.#deleted.length > 0) return this.#miss(this.random.pick(this.#deleted));
    const record = this.random.pick(this.#records);
    if (act === 'read' || act === 'miss') return this.#read(record);
    return act === 'update' ? this.#update(record) : this.#delete(record);
  }

  async settle() {
    // `verify` reads the records whose state is unknown.
  }

  async verify() {
    for (const record of [...this.#records]) await this.#read(record);
    for (const id of this.#deleted) await this.#miss(id);
  }

  /** Creates a record. When the answer is lost, a search shows whether the record exists. */
  async #create() {
    const subject = `${this.name}-${++this.#made}`;
    const version = `${subject} v0`;
    const answer = await this.#ask({ method: 'POST', path: RESOURCE, json: bodyOf(subject, version) });
    if (answer.status === 200) {
      this.#records.push({ id: answer.body.Value.Id, subject, version: 0, possible: new Set([version]) });
      this.world.report.count('writes');
      return;
    }
    if (!isUnknown(answer)) return this.#refused(answer);
    const isPossible = mayBeDone(answer);
    const found = await this.#find(subject);
    if (found.length > 1) this.#violate('a record is created once', `${found.length} records of ${subject}`);
    if (found.length > 0 && !isPossible) this.#violate('nothing was written', `${subject} was created nevertheless`);
    const [first] = found;
    if (first) this.#records.push({ id: first.Id, subject, version: 0, possible: new Set([first.SystemId]) });
  }

  async #update(record) {
    const next = `${record.subject} v${++record.version}`;
    const json = { Id: record.id, ...bodyOf(record.subject, next) };
    await this.#write(record, { method: 'PUT', path: RESOURCE, json }, next);
  }

  async #delete(record) {
    await this.#write(record, { method: 'DELETE', path: `${RESOURCE}/${record.id}` }, GONE);
  }

  async #write(record, request, version) {
    const answer = await this.#ask(request);
    if (isUnknown(answer)) {
      if (mayBeDone(answer)) record.possible.add(version);
    } else if (answer.status === 200) {
      record.possible = new Set([version]);
      this.world.report.count('writes');
    } else if (answer.status === 404) {
      this.#is(record, GONE);
    } else {
      this.#refused(answer);
    }
    if (record.possible.size === 1 && record.possible.has(GONE)) await this.#read(record);
  }

  /** Checks that the stored version is possible. From now on the version is known. */
  async #read(record) {
    const isBatch = this.random.chance(0.3);
    const path = isBatch ? `${RESOURCE}?id=[${record.id}]` : `${RESOURCE}/${record.id}`;
    const answer = await this.#ask({ path });
    if (isUnknown(answer)) return;
    if (answer.status !== 200 && answer.status !== 404) return this.#refused(answer);
    const stored = isBatch ? answer.body[0] : answer.body;
    this.#is(record, answer.status === 404 || !stored ? GONE : stored.SystemId);
  }

  #is(record, version) {
    if (!record.possible.has(version)) {
      const expected = [...record.possible].join(' or ');
      this.#violate('no acknowledged write is lost', `record ${record.id} is ${version}, not ${expected}`);
    }
    record.possible = new Set([version]);
    if (version !== GONE) return;
    this.#records = this.#records.filter((other) => other !== record);
    this.#deleted = [...this.#deleted, record.id].slice(-DELETED_KEPT);
  }

  /** A deleted record stays deleted. */
  async #miss(id) {
    const answer = await this.#ask({ path: `${RESOURCE}/${id}` });
    if (isUnknown(answer) || answer.status === 404) return;
    this.#violate('no acknowledged write is lost', `the deleted record ${id} was answered with ${answer.status}`);
  }

  async #find(subject) {
    const headers = { authorization: this.world.admin };
    const request = { path: `${RESOURCE}?RefreshToken_Subject=${subject}`, label: 'search', headers };
    return (await this.world.askUntilAnswered(this.history, request)).body.Records;
  }

  #ask(request) {
    return this.world.ask(this.history, { ...request, headers: { authorization: this.world.admin } });
  }

  #refused({ status, text }) {
    this.#violate('an administrator may write', `${status} ${text}`);
  }

  #violate(rule, what) {
    this.world.report.violate(rule, what, this.history);
  }
}

function bodyOf(subject, version) {
  return {
    Subject: subject,
    ClientId: 'torture',
    ExpiresOn: '2030-01-31T12:00:00Z',
    ProtectedTicket: 'sealed-ticket',
    TicketHash: 'aGFzaA==',
    TicketSalt: 'c2FsdA==',
    SystemId: version,
  };
}
