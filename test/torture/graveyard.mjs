import { isUnknown, nameOf } from './world.mjs';

const ROUTE = '/api/sys/refreshtokens?size=1';
const EVENTS = '/api/sys/audittrailentries?AuditTrailEntry_Kind=session-ended&AuditTrailEntry_SessionId=';
const CAPACITY = 2_000;
/** How many of the newest dead tokens are tried at the end. */
const VERIFIED = 250;

/** Keeps tokens that are certainly dead, and tries them repeatedly. None may ever be accepted, and each end must have exactly one event. */
export class Graveyard {
  #tokens = [];
  #sessions = [];

  constructor(world, name = 'grave digger') {
    this.world = world;
    this.random = world.random.fork(name);
    this.history = world.history(name);
  }

  /** `kind`: access or refresh. `owner`: the client that owned the token, and the key that the token was bound to. */
  bury(kind, token, { clientId, key }) {
    this.#tokens.push({ kind, token, clientId, key });
    if (this.#tokens.length > CAPACITY) this.#tokens.splice(this.random.between(0, CAPACITY / 2), 1);
    this.world.report.count('tokens_buried');
  }

  /** Notes that this session was ended. */
  enter(session) {
    this.#sessions.push(session);
  }

  async step() {
    if (this.#tokens.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return;
    }
    await this.#dig(this.random.pick(this.#tokens));
  }

  async settle() {
    // The graveyard has no request with an unknown result.
  }

  async verify() {
    for (const grave of this.#tokens.slice(-VERIFIED)) await this.#dig(grave);
    for (const session of this.#sessions.slice(-VERIFIED)) await this.#lookUp(session);
  }

  async #lookUp(session) {
    const headers = { authorization: this.world.admin };
    const answer = await this.world.ask(this.history, { path: EVENTS + session, headers });
    if (isUnknown(answer) || answer.body?.TotalItems === 1) return;
    const what = `of the end of session ${session} there are ${answer.body?.TotalItems} events`;
    this.world.report.violate('no act without its event', what, this.history);
  }

  async #dig(grave) {
    const { kind, token, clientId } = grave;
    const answer = await this.world.ask(this.history, requestOf(grave, this.world.admin, this.random.chance(0.2)));
    if (isUnknown(answer)) return;
    const isDead = answer.body?.active === false || answer.status === 401 || answer.body?.error === 'invalid_grant';
    if (isDead) return;
    const what = `the dead ${kind} token ${nameOf(token)} of ${clientId} was answered with ${answer.status}`;
    this.world.report.violate('a dead token never answers again', what, this.history);
  }
}

function requestOf({ kind, token, clientId, key }, admin, byIntrospection) {
  if (byIntrospection) {
    return { method: 'POST', path: '/api/token/introspect', headers: { authorization: admin }, form: { token } };
  }
  if (kind === 'access') return { path: ROUTE, access: token, key };
  const form = { grant_type: 'refresh_token', refresh_token: token };
  return { method: 'POST', path: '/api/token', headers: { client_id: clientId }, form, key };
}
