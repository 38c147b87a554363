import { basicOf, create, RESOURCE, validRecord, type Answer, type Client } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, login, recordOf, refresh, the, times } from '../support/sessions.js';

const STRONG = /^"[\x21\x23-\x7e]+"$/;
const OTHER = '"AAAAAAAAAAAAAAAAAAAAAA"';
const UNREADABLE = (header: string): string =>
  `${header} must be * or entity tags such as "abc", with their quotes, separated by commas.`;

let service: Service;
let admin: Client;
let id: number;
beforeAll(async () => {
  service = await Service.start();
  admin = service.client(basicOf('admin'));
});
beforeEach(async () => {
  id = await create(admin);
});
afterAll(() => disposeWithoutLeaks(service));

const path = (): string => `${RESOURCE}/${id}`;
const tagOf = async (headers: Record<string, string> = {}): Promise<string> =>
  (await admin.send('GET', path(), { headers })).headers.get('etag') ?? '';
const put = (headers: Record<string, string>, changes: Record<string, unknown> = {}): Promise<Answer> =>
  admin.send('PUT', RESOURCE, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(validRecord({ Id: id, ...changes })),
  });
const remove = (headers: Record<string, string>): Promise<Answer> => admin.send('DELETE', path(), { headers });

it('a stale If-Match stops a PUT at the path of the record too', async () => {
  const body = JSON.stringify(validRecord({ SystemId: 'not written' }));
  const sent = (tag: string): Promise<Answer> =>
    admin.send('PUT', path(), { headers: { 'content-type': 'application/json', 'if-match': tag }, body });
  const before = await tagOf();
  expect((await sent(OTHER)).status).toBe(412);
  expect(await tagOf()).toBe(before);
  expect((await sent(before)).status).toBe(200);
});

describe('a record', () => {
  it('is sent with a strong entity tag, which stays until the record changes', async () => {
    const first = await tagOf();
    expect(first).toMatch(STRONG);
    expect(await tagOf()).toBe(first);
    expect((await admin.send('HEAD', path())).headers.get('etag')).toBe(first);
    // These updates fall into the same second: dates alone could not distinguish them.
    const seen = [first];
    for (const name of ['one', 'two', 'three']) {
      expect((await put({}, { SystemId: name })).status).toBe(200);
      seen.push(await tagOf());
    }
    expect(new Set(seen).size).toBe(4);
  });

  it('has another tag for its compressed form, and a write may name that tag too', async () => {
    await put({}, { SystemId: 'x'.repeat(1_000) });
    const plain = await tagOf({ 'accept-encoding': 'identity' });
    expect(plain).toMatch(STRONG);
    for (const coding of ['gzip', 'br']) {
      const packed = await tagOf({ 'accept-encoding': coding });
      expect(packed).toBe(plain.replace(/"$/, `-${coding}"`));
    }
    const { status } = await put({ 'if-match': plain.replace(/"$/, '-gzip"') }, { SystemId: 'y' });
    expect(status).toBe(200);
  });

  it('that is a session gets another tag with each refresh', async () => {
    const tokens = await login(service, 'all', 'tagged');
    id = the(await recordOf(service, tokens)).Id;
    const before = await tagOf();
    await refresh(service, tokens, 'tagged');
    expect(await tagOf()).not.toBe(before);
    expect((await remove({ 'if-match': before })).status).toBe(412);
  });
});

describe('If-Match', () => {
  it('that names the current record allows a write', async () => {
    expect((await put({ 'if-match': await tagOf() }, { SystemId: 'a' })).status).toBe(200);
    expect((await put({ 'if-match': `${OTHER} ,, ${await tagOf()}` }, { SystemId: 'b' })).status).toBe(200);
    expect((await put({ 'if-match': '*' }, { SystemId: 'c' })).status).toBe(200);
    expect((await admin.get(path())).body.SystemId).toBe('c');
    expect((await remove({ 'if-match': await tagOf() })).status).toBe(200);
    expect((await admin.get(path())).status).toBe(404);
  });

  it('that names another version is 412, changes nothing, and writes no event', async () => {
    const stale = await tagOf();
    await put({}, { SystemId: 'newer' });
    const { text, headers } = await admin.get(path());
    const weak = `W/${headers.get('etag') ?? ''}`;
    for (const tags of [stale, OTHER, `${stale}, ${OTHER}`, weak, '""']) {
      for (const answer of [await put({ 'if-match': tags }, { SystemId: 'lost' }), await remove({ 'if-match': tags })])
        expect([tags, answer.status, answer.body]).toEqual([
          tags,
          412,
          {
            Status: 412,
            Message: 'The entity tag of the record does not meet If-Match. Nothing was written: read the record again.',
            Value: null,
            Errors: null,
            WasSuccessful: false,
          },
        ]);
    }
    expect((await admin.get(path())).text).toBe(text);
    const { body } = await admin.get(path());
    const written = await events(service, { SessionId: body.UniqueId as string });
    expect(written.filter(({ Kind }) => Kind === 'record-updated')).toHaveLength(1);
    expect(written.filter(({ Kind }) => Kind === 'record-deleted')).toHaveLength(0);
  });

  it.each(['abc', '"abc', 'abc"', "'abc'", 'w/"abc"', '"a" "b"', '"a",b', '"a b"', '', ',', '*, "a"', '**'])(
    'that is not an entity tag is refused with its own message: %s',
    async (value) => {
      for (const answer of [await put({ 'if-match': value }), await remove({ 'if-match': value })])
        expect([answer.status, answer.body.Message]).toEqual([400, UNREADABLE('If-Match')]);
      expect((await admin.get(path())).status).toBe(200);
    },
  );

  it('is ignored when there is no record, no permission, or no valid body', async () => {
    const headers = { 'if-match': OTHER };
    expect((await put(headers, { Id: 999_999_999 })).status).toBe(404);
    expect((await admin.send('DELETE', `${RESOURCE}/999999999`, { headers: { 'if-match': '*' } })).status).toBe(404);
    expect((await put(headers, { Subject: '' })).status).toBe(400);
    const reader = service.client(basicOf('read'));
    expect((await reader.send('DELETE', path(), { headers })).status).toBe(403);
  });

  it('lets exactly one of several concurrent writers through', async () => {
    for (let round = 0; round < 3; round++) {
      const tag = await tagOf();
      const answers = await times(8, (n) => put({ 'if-match': tag }, { SystemId: `round ${round} writer ${n}` }));
      const winner = answers.findIndex(({ status }) => status === 200);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(412)]);
      expect((await admin.get(path())).body.SystemId).toBe(`round ${round} writer ${winner}`);
    }
  });

  it('lets either a concurrent change or a concurrent deletion through', async () => {
    const tag = await tagOf();
    const [changed, deleted] = await Promise.all([
      put({ 'if-match': tag }, { SystemId: 'x' }),
      remove({ 'if-match': tag }),
    ]);
    const isDeleted = deleted.status === 200;
    expect([changed.status, deleted.status]).toEqual(isDeleted ? [404, 200] : [200, 412]);
    expect((await admin.get(path())).status).toBe(isDeleted ? 404 : 200);
  });
});

describe('If-None-Match', () => {
  it('that names the current record makes a read 304 without a body, and the read still writes its event', async () => {
    const tag = await tagOf();
    const { body } = await admin.get(path());
    const reads = async (): Promise<number> =>
      (await events(service, { SessionId: body.UniqueId as string, Kind: 'record-read' })).length;
    const before = await reads();
    for (const tags of [tag, `W/${tag}`, `${OTHER}, ${tag}`, '*', tag.replace(/"$/, '-gzip"')]) {
      for (const method of ['GET', 'HEAD']) {
        const { status, text, headers } = await admin.send(method, path(), { headers: { 'if-none-match': tags } });
        expect([tags, status, text, headers.get('content-type')]).toEqual([tags, 304, '', null]);
        expect(headers.get('etag')).toContain(tag.slice(0, -1));
        expect(headers.get('x-request-id')).not.toBeNull();
      }
    }
    expect(await reads()).toBe(before + 10);
  });

  it('that names another version, or cannot be parsed, gets the record', async () => {
    for (const tags of [OTHER, 'abc', '']) {
      const answer = await admin.send('GET', path(), { headers: { 'if-none-match': tags } });
      expect([answer.status, answer.body.Id]).toEqual([200, id]);
    }
  });

  it('prevents a write that it excludes', async () => {
    for (const tags of ['*', await tagOf()]) expect((await put({ 'if-none-match': tags })).status).toBe(412);
    expect((await put({ 'if-none-match': OTHER })).status).toBe(200);
    const { status, body } = await put({ 'if-none-match': 'abc' });
    expect([status, body.Message]).toEqual([400, UNREADABLE('If-None-Match')]);
  });
});
