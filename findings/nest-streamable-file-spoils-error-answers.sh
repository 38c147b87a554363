#!/usr/bin/env bash
# NestJS 12 on Fastify: when a StreamableFile fails before its first byte, the answer of the exception filter is lost
#
# Ran:     @nestjs/core and common 12.5.1, @nestjs/platform-fastify 12.5.0, Node 20.20. Three routes return a stream that fails before its
#          first byte; a global filter answers every exception with 503 and an object.
# Guess:   The filter's 503 reaches the client, whether the stream is a plain Readable or a StreamableFile.
# Instead: The 503 arrives for a Readable and for a StreamableFile of type application/json. For a StreamableFile of another type, such as the default
#          application/octet-stream, the client gets a 500 with FST_ERR_REP_INVALID_PAYLOAD_TYPE: "Attempted to send payload of invalid type
#          'object'". The filter ran, but the stream's Content-Type stayed on the reply, and Fastify serialises objects only for JSON.
# Matters: Tessera streams large pages. When the database fails at the start of a page, the client must get Tessera's 503 in the contract's
#          form with Retry-After, and not a 500 of Fastify. So Tessera's failure filter sets the Content-Type itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @nestjs/common@12.5.1 @nestjs/core@12.5.1 @nestjs/platform-fastify@12.5.0 \
  reflect-metadata@0.2.2 rxjs@7.8.2

cat > look.mjs <<'END'
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { Catch, Controller, Get, Module, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const failing = () =>
  new Readable({
    read() {
      this.destroy(new Error('the database is away'));
    },
  });
class Pages {
  plain() {
    return failing();
  }
  json() {
    return new StreamableFile(failing(), { type: 'application/json' });
  }
  binary() {
    return new StreamableFile(failing());
  }
}
for (const name of ['plain', 'json', 'binary']) {
  Get(name)(Pages.prototype, name, Object.getOwnPropertyDescriptor(Pages.prototype, name));
}
Controller()(Pages);
class PagesModule {}
Module({ controllers: [Pages] })(PagesModule);

let caught = 0;
class Filter {
  catch(error, host) {
    caught++;
    host.switchToHttp().getResponse().status(503).send({ message: 'Try again.' });
  }
}
Catch()(Filter);

const application = await NestFactory.create(PagesModule, new FastifyAdapter(), { logger: false });
application.useGlobalFilters(new Filter());
await application.listen(0, '127.0.0.1');
const url = await application.getUrl();
const seen = {};
for (const name of ['plain', 'json', 'binary']) {
  const response = await fetch(`${url}/${name}`);
  const { code = 'of the filter' } = await response.json();
  seen[name] = `${response.status} ${code}`;
}
await application.close();

console.log(seen, '- exceptions that the filter got:', caught);
assert.deepEqual(
  seen,
  { plain: '503 of the filter', json: '503 of the filter', binary: '500 FST_ERR_REP_INVALID_PAYLOAD_TYPE' },
  'CHANGED: a StreamableFile that fails early is answered in another way',
);
END
timeout 60 node look.mjs
