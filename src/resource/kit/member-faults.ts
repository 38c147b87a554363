import { COMMON } from './common-members.js';
import { CHOICE, REFERENCE, TEXT, type ValueRules } from './member-kinds.js';
import type { MemberDeclaration } from './member-declarations.js';

/** No text is longer: a body has at most 256 KiB. */
const LONGEST_TEXT = 65_536;
/** An entry of an index has at most 2.7 kB, and a character up to four bytes. */
export const LONGEST_INDEXED = 512;
/** PostgreSQL cuts names after 63 bytes, and the kit adds words to them. */
export const SQL_NAME = /^[a-z_][a-z0-9_]{0,39}$/;

/** What is wrong with a member, in sentences that begin with the class and the member. `noted` is the type that the compiler noted. */
export function memberFaults(owner: string, member: MemberDeclaration, noted: unknown): string[] {
  return [...nameFaults(member), ...typeFaults(member, noted), ...optionFaults(member), ...ruleFaults(member)].map(
    (fault) => `${owner}.${member.name} ${fault}`,
  );
}

function* nameFaults({ name, column }: MemberDeclaration): Generator<string> {
  if (!/^[A-Z][A-Za-z\d]{0,39}$/.test(name)) yield 'must have a name of letters and digits that begins with a capital';
  if (COMMON.some((member) => member.name === name)) yield 'is a member that every record has: remove its declaration';
  if (!SQL_NAME.test(column))
    yield `has the column "${column}": a column is lower case letters, digits and _, at most 40`;
}

/** The compiler notes `Object` for a union such as `string | null`, which says nothing. */
function* typeFaults({ kind }: MemberDeclaration, noted: unknown): Generator<string> {
  const known = [String, Number, Boolean, Date] as unknown[];
  if (known.includes(noted) && noted !== kind.type)
    yield `is declared as ${(noted as { name: string }).name}, and ${kind.decorator} needs ${(kind.type as { name: string }).name}`;
}

function* optionFaults({ kind, options, rules }: MemberDeclaration): Generator<string> {
  const { secret, orderable, searchable, unique, index } = options;
  const isLong = kind === TEXT && (rules.longest ?? 0) > LONGEST_INDEXED && index !== false;
  if (secret && kind !== TEXT) yield `is a secret: only @Text can be`;
  if (secret && orderable) yield 'is a secret: the order of records would show it, so it cannot be orderable';
  if (secret && unique) yield 'is a secret: a refusal would show it, so it cannot be unique';
  if (isLong && (searchable || orderable || unique))
    yield `has up to ${rules.longest} characters: an index takes ${LONGEST_INDEXED}, so it cannot be searchable, orderable or unique`;
}

function* ruleFaults({ kind, rules }: MemberDeclaration): Generator<string> {
  if (kind === TEXT) yield* textFaults(rules);
  if (kind === CHOICE) yield* choiceFaults(rules);
  if (kind === REFERENCE && typeof rules.to !== 'function') yield 'needs `to`: a function that returns the resource';
  const { least, most } = rules;
  for (const [name, limit] of Object.entries({ least, most }))
    if (limit !== undefined && !Number.isSafeInteger(limit)) yield `has ${name}: ${limit}, which is not a whole number`;
  if (least !== undefined && most !== undefined && least > most) yield `has least ${least} above most ${most}`;
}

function* textFaults({ longest = 0 }: ValueRules): Generator<string> {
  const isLength = Number.isInteger(longest) && longest >= 1 && longest <= LONGEST_TEXT;
  if (!isLength) yield `needs \`longest\`: how many characters it may have, from 1 to ${LONGEST_TEXT}`;
}

function* choiceFaults({ choices }: ValueRules): Generator<string> {
  const texts: unknown = choices;
  const isList =
    Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== '');
  if (!isList) yield 'needs texts to choose from';
  else if (new Set(texts).size < texts.length) yield 'has a choice twice';
}
