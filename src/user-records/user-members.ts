import { isEmail } from 'class-validator';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { steersOutput } from '../kernel/text.js';
import { ruleOf } from '../resource/kit/member-decorators.js';
import {
  columnOf,
  noteMember,
  type MemberDeclaration,
  type ShownOptions,
} from '../resource/kit/member-declarations.js';
import { TEXT, type MemberKind, type ValueRules } from '../resource/kit/member-kinds.js';
import { passwordFault } from '../users/password-rules.js';

const LONGEST_EMAIL = 254;
const LONGEST_ROLE = 200;
const MOST_ROLES = 200;

/** An e-mail address. It is stored in lower case. */
export const EMAIL: MemberKind = {
  ...TEXT,
  read: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
  fault: (value, rules) => {
    const fault = TEXT.fault(value, { longest: LONGEST_EMAIL, ...rules });
    if (fault) return fault;
    return steersOutput(value as string) || !isEmail(value, { require_tld: false })
      ? 'must be an e-mail address'
      : undefined;
  },
  schema: () => ({ type: String, format: 'email' }),
  limits: () => ({ minLength: 1, maxLength: LONGEST_EMAIL }),
};

/** A password. An empty text is no password. */
export const PASSWORD: MemberKind = {
  ...TEXT,
  read: (value) => (value === '' ? undefined : value),
  fault: (value) => (typeof value === 'string' ? passwordFault(value) : 'must be text'),
  limits: () => ({ minLength: PASSWORD_LENGTH.min, maxLength: PASSWORD_LENGTH.max }),
};

/** Names of roles. Forms send them as one text, with commas. */
export const ROLES: MemberKind = {
  ...TEXT,
  type: Array,
  read: (value) => {
    const texts: unknown = typeof value === 'string' ? value.split(',').map((text) => text.trim()) : value;
    return Array.isArray(texts) ? [...new Set(texts.filter((text) => text !== ''))].sort() : texts;
  },
  fault: (value) => {
    const texts: unknown = value;
    if (!Array.isArray(texts)) return 'must be a list of texts';
    if (texts.length > MOST_ROLES) return `must have at most ${MOST_ROLES} roles`;
    const isRole = (text: unknown): boolean =>
      typeof text === 'string' && TEXT.fault(text, { longest: LONGEST_ROLE }) === undefined;
    return texts.every(isRole) ? undefined : 'must be a list of texts';
  },
  schema: () => ({ type: 'array', items: { type: 'string' } }),
  limits: () => ({ maxItems: MOST_ROLES }),
};

/** A member of a user. A body may leave it out, also where every record has it. */
export function UserMember(
  kind: MemberKind,
  { isDemanded = false, rules = {}, ...options }: ShownOptions & { isDemanded?: boolean; rules?: ValueRules },
): PropertyDecorator {
  return (target, key) => {
    const name = String(key);
    const { column = columnOf(name), required = true } = options;
    const member = { name, column, kind, rules, isRequired: required, options } as MemberDeclaration;
    noteMember(target, member, []);
    ruleOf({ ...member, isRequired: isDemanded })(target, key);
  };
}
