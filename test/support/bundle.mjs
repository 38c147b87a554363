import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLE } from './fixtures.mjs';

const ROOT = join(import.meta.dirname, '../..');

/** Packages that stay outside of the bundle: native or WebAssembly files, worker threads, and the driver that tests instrument. */
const EXTERNAL = [
  '@electric-sql/pglite',
  '@node-rs/argon2',
  'fs-native-extensions',
  'pg',
  'pino',
  'pino-pretty',
  'swagger-ui-dist',
];
/** Packages that Nest loads when an application has them, and this one does not. */
const ABSENT = [
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer/storage',
];

const NEST = /[\\/]node_modules[\\/]@nestjs[\\/]/;
const OWN_REQUIRE = /^const require = createRequire\(import\.meta\.url\);$/m;

/**
 * Bundles the built service and its command line, with their packages. The suites start hundreds of processes, and most of the time of a
 * start goes into loading the 2,700 files of `dist/` and the packages. The code is that of `dist/`, which other stages of the gate start
 * as it is: the session of the README, the clients, the benchmarks and the torture.
 */
export function makeBundle() {
  return build({
    absWorkingDir: ROOT,
    entryPoints: { main: 'dist/main.js', cli: 'dist/cli/main.js' },
    outdir: BUNDLE,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Node resolves packages by these conditions; esbuild would add `module`.
    conditions: [],
    // Nest names loggers and providers after their classes.
    keepNames: true,
    minifyWhitespace: true,
    external: [...EXTERNAL, ...ABSENT].flatMap((name) => [name, `${name}/*`]),
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    plugins: [{ name: 'places', setup: keepPlaces }],
    logLevel: 'error',
  });
}

/** A file sees its own path, not that of the bundle; and Nest, which loads packages by `createRequire`, gets those of the bundle. */
function keepPlaces({ onLoad }) {
  onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
    const code = await readFile(path, 'utf8');
    const contents = (NEST.test(path) ? code.replace(OWN_REQUIRE, '') : code)
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
      .replaceAll(/\b__dirname\b/g, JSON.stringify(dirname(path)))
      .replaceAll(/\b__filename\b/g, JSON.stringify(path));
    return { contents, loader: 'js' };
  });
}
