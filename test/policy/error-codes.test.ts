import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/kernel/app-error.js';
import { COMMAND_ERRORS } from '../../src/kernel/command-errors.js';
import { REQUEST_ERRORS } from '../../src/kernel/error-codes.js';
import { OAUTH_ERRORS } from '../../src/kernel/oauth-errors.js';

const SOURCE = join(import.meta.dirname, '../../src');
const GROUPS = [REQUEST_ERRORS, OAUTH_ERRORS, COMMAND_ERRORS];
const codes = GROUPS.flatMap((group) => Object.keys(group));

describe('the catalogue of error codes', () => {
  it('has each code once', () => {
    expect(codes.length).toBeGreaterThan(40);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('has no unused code', () => {
    const source = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('error-codes.ts'))
      .map((file) => readFileSync(join(SOURCE, file), 'utf8'))
      .join('');
    expect(codes.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });

  it('is enforced by the compiler for every failure', () => {
    // @ts-expect-error -- the compiler refuses a code that is not in the catalogue
    expect(new AppError('no_such_code', 400, '').code).toBe('no_such_code');
    // @ts-expect-error -- the compiler refuses a status that the catalogue does not give the code
    expect(new AppError('user_exists', 404, '').status).toBe(404);
    expect(new AppError('request_refused', 431, '').status).toBe(431);
  });
});
