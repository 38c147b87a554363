import { columnList, numbered, parameterList, type Parameters } from '../../src/database/named-parameters.js';
import { rowOf, statement, STATEMENTS, valuesInOrder } from '../../src/database/statement.js';
import { audited } from '../../src/audit/audited.js';

const ID = { id: 'bigint' } as const;
const BOTH = { subject: 'text', clientId: 'text?' } as const;

describe('a statement', () => {
  it('numbers its parameters in the order of their declaration', () => {
    const text = 'SELECT FROM t WHERE client_id = :clientId AND (subject = :subject OR :clientId IS NULL)';
    expect(numbered(text, BOTH)).toBe('SELECT FROM t WHERE client_id = $2 AND (subject = $1 OR $2 IS NULL)');
  });

  it('takes its values by name and passes them in that order', () => {
    const find = statement({
      name: 'test-find',
      parameters: BOTH,
      returns: rowOf<{ id: number }>(),
      text: 'SELECT :clientId, :subject',
    });
    expect(valuesInOrder(find, { clientId: undefined, subject: 'ada' })).toEqual(['ada', undefined]);
    // @ts-expect-error -- a name is missing
    expect(valuesInOrder(find, { subject: 'ada' })).toHaveLength(2);
    // @ts-expect-error -- a name is not declared
    expect(valuesInOrder(find, { subject: 'ada', clientId: 'web', client: 'web' })).toHaveLength(2);
    // @ts-expect-error -- the type is another
    expect(valuesInOrder(find, { subject: 5, clientId: 'web' })).toHaveLength(2);
    // @ts-expect-error -- null is allowed for the client alone
    expect(valuesInOrder(find, { subject: null, clientId: 'web' })).toHaveLength(2);
  });

  it.each([
    ['casts', ':id::text::int', '$1::text::int'],
    ['assignments', 'a := :id', 'a := $1'],
    [
      'array slices',
      '(a)[1:4] || b[2:n] || c[x :: int:y] || (d)[:id : :id]',
      '(a)[1:4] || b[2:n] || c[x :: int:y] || (d)[$1 : $1]',
    ],
    ['strings', `'a :no '' :no' || :id || E'\\' :no' || U&' :no'`, `'a :no '' :no' || $1 || E'\\' :no' || U&' :no'`],
    ['a name that ends in e before a string', `SELECT name':no\\', :id, ':no'`, `SELECT name':no\\', $1, ':no'`],
    ['quoted names', '"a :no "" :no" = :id', '"a :no "" :no" = $1'],
    ['strings between dollars', '$$ :no $1 $$ || :id || $a$ :no $$ $a$', '$$ :no $1 $$ || $1 || $a$ :no $$ $a$'],
    ['comments', `:id -- it's :no\n/* "x :no $5 */ = 1`, `$1 -- it's :no\n/* "x :no $5 */ = 1`],
  ])('leaves %s unchanged', (_, text, compiled) => {
    expect(numbered(text, ID)).toBe(compiled);
  });

  it.each([
    ['a name that is not declared', 'SELECT :id, :Id', ID, 'the text names the parameter :Id, which is not declared'],
    [
      'a name that every object has',
      'SELECT :constructor',
      {},
      'the text names the parameter :constructor, which is not',
    ],
    ['a declared name that it lacks', `SELECT ':id'`, ID, 'the parameter id is declared, and the text has no :id'],
    ['a name that a comment alone has', 'SELECT 1 -- :id', ID, 'the parameter id is declared, and the text has no :id'],
    ['a number', 'SELECT :id, $1', ID, 'the text has $1: give the parameter a name'],
    ['an open string', `SELECT :id, 'open`, ID, `the text has an opening ' that is not closed`],
    ['an open quoted name', 'SELECT :id, "open', ID, 'the text has an opening " that is not closed'],
    ['an open comment', 'SELECT :id /* open', ID, 'the text has an opening /* that is not closed'],
    ['a comment in a comment', 'SELECT :id /* a /* b */ */', ID, 'or a comment in a comment'],
    ['an open string between dollars', 'SELECT :id, $$ open', ID, 'the text has an opening $$ that is not closed'],
  ])('is refused when its module is loaded, for %s', (_, text, parameters: Parameters, fault) => {
    const load = (): unknown => statement({ name: 'test-bad', parameters, text });
    expect(load).toThrow('The statement test-bad cannot be compiled: ');
    expect(load).toThrow(fault);
    expect(STATEMENTS.has('test-bad')).toBe(false);
  });

  it('is refused when its name is taken, and when a parameter has the name of a parameter of the event', () => {
    statement({ name: 'test-twice', text: 'SELECT 1' });
    expect(() => statement({ name: 'test-twice', text: 'SELECT 2' })).toThrow('There are two statements test-twice.');
    const act = 'DELETE FROM refresh_tokens WHERE last_address = :address';
    expect(() => audited({ name: 'test-shared', parameters: { address: 'inet' }, act })).toThrow(
      `The act of test-shared has a parameter address, which is the event's.`,
    );
  });
});

it('parameters are listed in the forms that SQL needs', () => {
  const each = { id: 'bigint', uniqueIds: 'uuid?[]', kinds: 'text[]?' } as const;
  expect(parameterList(each)).toBe(':id, :uniqueIds, :kinds');
  expect(parameterList(each, 'typed')).toBe(':id::bigint, :uniqueIds::uuid[], :kinds::text[]');
  expect(columnList(each)).toBe('id, unique_ids, kinds');
});
