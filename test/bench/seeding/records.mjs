import { v7 as uuid } from 'uuid';
import { Chance } from './chance.mjs';
import { Sessions, clientAt, subjectsOf } from './sessions.mjs';

const DAY = 86_400_000;
const AGE = 90 * DAY;
const LIFE = 15 * DAY;
/** A session with a younger login than this expires by its own lifetime, not by the longest life of a login. */
const FRESH_LOGIN = AGE - LIFE;
const NULL = '\\N';
const EDITOR = 'admin@example.com';
const SHARE_WITH_SYSTEM_ID = 0.2;

/** The columns of a line of `Records`, in this order. */
export const COLUMNS = `id, unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, system_id,
  updated_by, created_on, updated_on, issued, generation, first_generation, rotated_on, auth_time, amr`;

/** Plausible records, as lines of COPY's text format. Nine in ten are sessions. Every tenth is a record that a client wrote. */
export class Records {
  #chance;
  #sessions;
  #options;

  /**
   * `rows` is the number of records, with ids from `firstId` on; `expired` is the share of expired records; `seed`; `now` in milliseconds;
   * `codec` and `hashTicket` are those of the service; `ticketLength` is the number of characters of a sealed ticket.
   */
  constructor(options) {
    this.#options = options;
    this.#chance = new Chance(options.seed);
    this.#sessions = new Sessions(this.sessions, options.seed);
  }

  get sessions() {
    return this.#options.rows - Math.floor(this.#options.rows / 10);
  }

  get subjects() {
    return subjectsOf(this.sessions);
  }

  /** The e-mail of a subject by its number, from 0. A run that appends has other subjects than earlier runs. */
  emailOf(subject) {
    return `user${this.#options.firstId + subject}@example.com`;
  }

  /** The record with this ordinal, from 0. */
  line(place) {
    const { rows, firstId, now } = this.#options;
    const id = firstId + place;
    const createdOn = seconds(now - AGE + (AGE * (place + this.#chance.number())) / rows);
    const uniqueId = uuid({
      msecs: createdOn + Math.floor(this.#chance.between(0, 1000)),
      random: this.#chance.bytes(16),
    });
    const of = { id, uniqueId, createdOn, systemId: this.#systemId() };
    return place % 10 === 9 ? this.#written(of) : this.#session(of, this.#sessions.at(place - Math.floor(place / 10)));
  }

  /** A record that a client wrote: it has no session, and nothing can be redeemed. */
  #written({ id, uniqueId, createdOn, systemId }) {
    const { now } = this.#options;
    const chance = this.#chance;
    const subject = this.emailOf(Math.floor(chance.between(0, this.subjects)));
    const expiresOn = this.#isExpired() ? this.#past(createdOn) : seconds(chance.between(now + DAY, now + LIFE));
    const updatedOn = chance.number() < 0.8 ? createdOn : seconds(chance.between(createdOn, now));
    const secrets = [chance.text(300), `${chance.text(43)}=`, `${chance.text(22)}==`];
    const record = [id, uniqueId, subject, clientAt(chance.number()), time(expiresOn), ...secrets, systemId, EDITOR];
    return [...record, time(createdOn), time(updatedOn), 'f', NULL, NULL, NULL, NULL, NULL].join('\t') + '\n';
  }

  #session({ id, uniqueId, createdOn, systemId }, { subject: number, clientId }) {
    const { codec, hashTicket, ticketLength } = this.#options;
    const chance = this.#chance;
    const subject = this.emailOf(number);
    const { authTime, rotatedOn, expiresOn } = this.#times(createdOn);
    const logins = authTime === createdOn ? 1 : 1 + Math.ceil(chance.number() * 4);
    const firstGeneration = Math.ceil(chance.between(0, 4096 * logins));
    const rotations =
      rotatedOn === authTime ? 0 : 1 + Math.floor(((rotatedOn - authTime) / DAY) * chance.between(1, 8));
    const generation = firstGeneration + rotations;
    const salt = chance.bytes(16).toString('base64');
    const hash = hashTicket(salt, codec.encode({ id, uniqueId, generation }));
    const record = [id, uniqueId, subject, clientId, time(expiresOn), chance.text(ticketLength), hash, salt, systemId];
    const dates = [
      time(createdOn),
      time(seconds(rotatedOn)),
      't',
      generation,
      firstGeneration,
      time(rotatedOn),
      time(authTime),
    ];
    return [...record, subject, ...dates, chance.number() < 0.15 ? '{pwd,otp,mfa}' : '{pwd}'].join('\t') + '\n';
  }

  /**
   * When the user last signed in, when the token was last rotated, and when the session expires: one lifetime later, minus the part that rotations
   * have not written yet.
   */
  #times(createdOn) {
    const { now } = this.#options;
    const chance = this.#chance;
    if (this.#isExpired()) {
      const expiresOn = this.#past(createdOn);
      const rotatedOn = Math.max(createdOn, expiresOn - LIFE);
      return { authTime: createdOn, rotatedOn, expiresOn };
    }
    const rotatedOn = Math.floor(chance.between(Math.max(createdOn, now - 13 * DAY), now));
    const isLoginStale = createdOn < now - FRESH_LOGIN;
    const hasLoginSince = isLoginStale || chance.number() < 0.3;
    const loginsFrom = Math.max(createdOn, now - FRESH_LOGIN + DAY);
    const authTime = hasLoginSince ? seconds(chance.between(loginsFrom, rotatedOn)) : createdOn;
    return { authTime, rotatedOn, expiresOn: seconds(rotatedOn + LIFE - chance.between(0, DAY)) };
  }

  #isExpired() {
    return this.#chance.number() < this.#options.expired;
  }

  /** A time in the last thirty days, after the creation of the record, and at least a second ago. */
  #past(createdOn) {
    const { now } = this.#options;
    return seconds(this.#chance.between(Math.max(createdOn, now - 30 * DAY), now - 1000));
  }

  #systemId() {
    const chance = this.#chance.number();
    return chance < SHARE_WITH_SYSTEM_ID ? `crm-${Math.floor((chance / SHARE_WITH_SYSTEM_ID) * 1_000_000)}` : NULL;
  }
}

const days = new Map();
const clock = [];

/** Stored dates have whole seconds. */
function seconds(milliseconds) {
  return Math.floor(milliseconds / 1000) * 1000;
}

/** The same text as `toISOString`, which would take a fifth of all the time. */
function time(milliseconds) {
  const day = Math.floor(milliseconds / DAY);
  const second = Math.floor((milliseconds - day * DAY) / 1000);
  if (!days.has(day)) days.set(day, new Date(day * DAY).toISOString().slice(0, 11));
  clock[second] ??= new Date(second * 1000).toISOString().slice(11, 19);
  return `${days.get(day)}${clock[second]}.${String(milliseconds % 1000).padStart(3, '0')}Z`;
}
