/**
 * Bundles the built service and its command line, with their packages, into `dist/bundle/`. Half of the time of a start went into loading the
 * 2,700 files of `dist/` and the packages. `src/bundle.ts` says when a process uses the bundle.
 */
import { build } from 'esbuild';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const BUNDLE = join(ROOT, 'dist/bundle');

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
/** What every file of the bundle begins with. A clone may be moved, so a path is found from the file that runs. */
const BANNER = [
  "import { createRequire as $createRequire } from 'node:module';",
  "import { fileURLToPath as $fileURLToPath } from 'node:url';",
  'const require = $createRequire(import.meta.url);',
  'const $url = (path) => new URL(path, import.meta.url).href;',
  'const $path = (path) => $fileURLToPath($url(path));',
].join('');

/**
 * esbuild's helper, which names each class and each function again; and one of the same length, since the source map counts characters, that
 * leaves out what begins with a small letter. A request makes many functions, and naming them took a fifth of its time.
 */
const NAME = 'var __name=(target,value)=>__defProp(target,"name",{value,configurable:true});';
const NAME_OF_CLASS = 'var __name=(t,v)=>v.charCodeAt()<91?__defProp(t,"name",{value:v}):t;'.padEnd(NAME.length);

const PROGRAMS = { serve: 'dist/serve.js', 'command-line': 'dist/cli/command-line.js' };

/** Bundles programs, by their names, into a folder. Their parts that are the same are there once. */
export async function makeBundle(programs = PROGRAMS, folder = BUNDLE) {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: programs,
    outdir: folder,
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
    sourcemap: true,
    sourcesContent: false,
    external: [...EXTERNAL, ...ABSENT].flatMap((name) => [name, `${name}/*`]),
    banner: { js: BANNER },
    plugins: [{ name: 'places', setup: (plugin) => keepPlaces(plugin, folder) }],
    logLevel: 'error',
    write: false,
  });
  await mkdir(folder, { recursive: true });
  let named = 0;
  for (const { path, text } of outputFiles) {
    if (text.includes(NAME)) named++;
    await writeFile(path, text.replace(NAME, NAME_OF_CLASS));
  }
  if (named !== 1)
    throw new Error(`The helper of esbuild that names functions was found in ${named} files, not in one.`);
}

/** A file sees its own path, not that of the bundle; and Nest, which loads packages by `createRequire`, gets those of the bundle. */
function keepPlaces({ onLoad }, folder) {
  onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
    const code = await readFile(path, 'utf8');
    const place = (of) => JSON.stringify(encodeURI(relative(folder, of).replaceAll('\\', '/')));
    const contents = (NEST.test(path) ? code.replace(OWN_REQUIRE, '') : code)
      .replaceAll('import.meta.url', `$url(${place(path)})`)
      .replaceAll('import.meta.dirname', `$path(${place(dirname(path))})`)
      .replaceAll(/\b__dirname\b/g, `$path(${place(dirname(path))})`)
      .replaceAll(/\b__filename\b/g, `$path(${place(path)})`);
    return { contents, loader: 'js' };
  });
}
