import { createHash } from 'node:crypto';
import { sOf, withOtherSignature } from '../support/forge.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  expectRefused,
  introspect,
  isAlive,
  login,
  refresh,
  revoke,
} from '../support/sessions.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

/** The other characters that a lenient decoder reads as this last character: they differ only in unused bits. */
function withOtherPadding(token: string): string[] {
  const index = ALPHABET.indexOf(token.slice(-1));
  return Array.from({ length: 16 }, (_, bits) => (index & ~15) | bits)
    .filter((other) => other !== index)
    .map((other) => token.slice(0, -1) + ALPHABET.charAt(other));
}

function variantsOf(token: string): string[] {
  const [head, last = ''] = [token.slice(0, token.lastIndexOf('.') + 1), token.split('.').at(-1)];
  return [
    ` ${token}`,
    `${token} `,
    `${token}\n`,
    `${token}=`,
    `${token}==`,
    `${head}${last.slice(0, 40)}\n${last.slice(40)}`,
    `${head} ${last}`,
    `${token}.`,
    `"${token}"`,
    `Bearer ${token}`,
  ];
}

/** The token with its signature in the other base64 alphabet. The two alphabets agree when neither - nor _ occurs. */
function withOtherAlphabet(token: string): string {
  const [header, claims, signature = ''] = token.split('.');
  return [header, claims, signature.replaceAll('-', '+').replaceAll('_', '/')].join('.');
}

describe('the text of an access token', () => {
  it('has exactly one form: any other form is inactive, revokes nothing and opens nothing', async () => {
    const tokens = await login(service, 'all', 'exact');
    const { access } = tokens;
    const others = [...withOtherPadding(access), ...variantsOf(access), withOtherSignature(access)];
    let next = tokens;
    while (withOtherAlphabet(next.access) === next.access) next = await refresh(service, next, 'exact');
    for (const other of [...others, withOtherAlphabet(next.access)]) {
      expect([other, (await introspect(service, other)).text]).toEqual([other, '{"active":false}']);
      expect([other, (await revoke(service, other, 'exact')).status]).toEqual([other, 200]);
      if (!/\s/.test(other))
        expect([other, await isAlive(service, { ...tokens, access: other })]).toEqual([other, false]);
    }
    expect((await introspect(service, access)).body.active).toBe(true);
  });

  it('has the one form of the signature that the service accepts', async () => {
    for (let n = 0; n < 20; n++) {
      const { access } = await login(service, 'all', 'low');
      expect(sOf(access).isLow).toBe(true);
    }
  });
});

describe('the text of a refresh token', () => {
  it('has exactly one form: any other form is inactive, revokes nothing and gets nothing', async () => {
    const tokens = await login(service, 'all', 'exact-too');
    const { refresh: token } = tokens;
    const others = [
      ...variantsOf(token).filter((other) => other !== token),
      token.toUpperCase(),
      token.toLowerCase(),
      `TSR_${token.slice(4)}`,
      token.slice(4),
      `tsr_${createHash('sha512').update(token).digest('base64url')}XX`,
    ];
    for (const other of others) {
      expect([other, (await introspect(service, other)).text]).toEqual([other, '{"active":false}']);
      expect([other, (await revoke(service, other, 'exact-too')).status]).toEqual([other, 200]);
      await expectRefused(service, other, 'exact-too');
    }
    await refresh(service, tokens, 'exact-too');
  });
});
