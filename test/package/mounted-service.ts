import type { TeamFolder } from './team-folder.js';

/** Mounts the installed service in applications of a team, which has the module and `own-application.ts` of the tutorial. */
export function describeMountedService(team: TeamFolder, port: number): void {
  describe('in an application of a team', () => {
    const url = `http://127.0.0.1:${port}/auth`;
    const post = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(url + path, { method: 'POST', ...init });

    beforeAll(() => team.start('node dist/own-application.js', `${url}/health/ready`));
    afterAll(() => team.stop());

    it('keeps the contract of Tessera below the prefix', async () => {
      const form = new URLSearchParams({ grant_type: 'password', username: 'ada@example.com', password: 'wrong' });
      const refused = await post('/api/token', { body: form });
      expect([refused.status, await refused.json()]).toEqual([
        400,
        expect.objectContaining({ error: 'invalid_grant' }),
      ]);
      expect(refused.headers.get('x-request-id')).not.toBeNull();
      const malformed = await post('/API/Sys/Coupons', {
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${btoa('ada@example.com:correct horse battery')}`,
        },
        body: '{',
      });
      expect([malformed.status, await malformed.json()]).toEqual([
        400,
        expect.objectContaining({ WasSuccessful: false }),
      ]);
      expect((await post('/health/ready')).status).toBe(405);
      expect(
        ((await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json()) as { issuer: string }).issuer,
      ).toBe(url);
      expect((await fetch(`${url}/docs`)).status).toBe(200);
      expect((await fetch(`${url}/`)).status).toBe(200);
    });

    it('leaves the other routes and unknown paths to the application', async () => {
      const cats = await fetch(`${url}/cats`);
      expect([cats.status, cats.headers.get('x-request-id')]).toEqual([200, null]);
      const unknown = await fetch(`${url}/dogs`);
      expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ statusCode: 404 })]);
      expect((await fetch(`http://127.0.0.1:${port}/api/token`)).status).toBe(404);
    });

    it.each([
      [
        'a setting of the listener',
        '{ PORT: 3000, PUBLIC_URL: "http://localhost/auth" }',
        'PORT: expected to be absent',
      ],
      ['no public URL', '{}', 'PUBLIC_URL: expected the URL of the service, with the prefix of its paths'],
      [
        'a bad setting',
        '{ PUBLIC_URL: "http://localhost", ACCESS_TOKEN_TTL: 0 }',
        'ACCESS_TOKEN_TTL: expected seconds from 1 to 604800',
      ],
      [
        'a value of a wrong type',
        '{ PUBLIC_URL: "http://localhost", TESSERA_SECRET: {} }',
        'TESSERA_SECRET: expected a text, a number or a list',
      ],
    ])('does not start with %s', (_what, settings, expected) => {
      expect(refusal(`TesseraModule.forRoot({ settings: ${settings} })`)).toContain(expected);
    });

    it('does not start when it is imported twice, or not on Fastify', () => {
      const settings = '{ PUBLIC_URL: "http://localhost", DATA_DIR: "other" }';
      const once = `TesseraModule.forRoot({ settings: ${settings} })`;
      expect(
        refusal(`${once}, TesseraModule.forRoot({ settings: { ...${settings}, ACCESS_TOKEN_TTL: 60 } })`),
      ).toContain('TesseraModule is imported twice. Call forRoot or forRootAsync once.');
      expect(refusal(once, '{ getType: () => "express", patch() {} }')).toContain(
        'TesseraModule needs an application on Fastify',
      );
    });

    /** What an application says that imports these modules and cannot start. */
    function refusal(imports: string, adapter = 'new FastifyAdapter()'): string {
      team.write(
        'refused.mjs',
        `import { Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { FastifyAdapter } from '@nestjs/platform-fastify';
        import { TesseraModule } from 'tessera';
        class AppModule {}
        Module({ imports: [${imports}] })(AppModule);
        await NestFactory.create(AppModule, ${adapter}, { logger: false, abortOnError: false });`,
      );
      const { status, stderr } = team.run('node refused.mjs');
      expect(status).toBe(1);
      return stderr;
    }
  });

  describe('beside global guards, interceptors and pipes of a team', () => {
    const url = `http://127.0.0.1:${port}`;

    beforeAll(async () => {
      team.write(
        'guarded.mjs',
        `import { Controller, Get, Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { FastifyAdapter } from '@nestjs/platform-fastify';
        import { map } from 'rxjs';
        import { TesseraModule } from 'tessera';
        class CatsController { list() { return ['Tom']; } }
        Get()(CatsController.prototype, 'list', Object.getOwnPropertyDescriptor(CatsController.prototype, 'list'));
        Controller('cats')(CatsController);
        class AppModule {}
        Module({
          imports: [TesseraModule.forRoot({ settings: { PUBLIC_URL: '${url}', LOG_LEVEL: 'warn' } })],
          controllers: [CatsController],
        })(AppModule);
        const app = await NestFactory.create(AppModule, new FastifyAdapter());
        app.useGlobalGuards({ canActivate: (context) => context.switchToHttp().getRequest().headers.cookie === 'cat' });
        app.useGlobalInterceptors({ intercept: (_context, next) => next.handle().pipe(map((data) => ({ data }))) });
        app.useGlobalPipes({ transform: () => { throw new Error('a pipe of the team'); } });
        app.enableShutdownHooks();
        await app.listen(${port}, '127.0.0.1');`,
      );
      await team.start('node guarded.mjs', `${url}/health/ready`);
    });
    afterAll(() => team.stop());

    it('neither changes the routes of the other', async () => {
      const form = { grant_type: 'password', username: 'ada@example.com', password: 'correct horse battery' };
      const signedIn = await fetch(`${url}/api/token`, { method: 'POST', body: new URLSearchParams(form) });
      expect([signedIn.status, await signedIn.json()]).toEqual([
        200,
        expect.objectContaining({ token_type: 'bearer' }),
      ]);
      expect((await fetch(`${url}/cats`)).status).toBe(403);
      const cats = await fetch(`${url}/cats`, { headers: { cookie: 'cat' } });
      expect([cats.status, await cats.json()]).toEqual([200, { data: ['Tom'] }]);
    });
  });
}
