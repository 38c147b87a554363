import type { ModuleNames } from './module-names.js';

/** Versions that are tried with Node.js 20, which later ones of some packages do not support. */
const OVERRIDES = {
  'content-disposition': '2.0.1',
  'file-type': '21.3.4',
  'light-my-request': '6.6.0',
  // Without the original package, one of whose packages reports installations to a third party.
  'swagger-ui-dist': 'npm:@fastify/swagger-ui@^6.1.3',
};

const COMPILER = {
  compilerOptions: {
    ...{ target: 'ES2023', module: 'nodenext', rootDir: 'src', outDir: 'dist', strict: true, skipLibCheck: true },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true, useDefineForClassFields: false, types: ['node'] },
  },
  include: ['src'],
};

/** The files of a new package beside its module. `tessera` is where npm finds the package of the service. */
export function packageFiles(
  { name, resource, folder, plural, path }: ModuleNames,
  tessera: string,
): Record<string, string> {
  return {
    '.gitignore': 'data/\ndist/\nnode_modules/\n',
    'package.json': json({
      ...{ name, version: '0.1.0', private: true, type: 'module' },
      scripts: { build: 'tsc', test: 'tsc && node --test dist/*/*.test.js', start: 'tsc && tessera serve' },
      dependencies: { tessera },
      devDependencies: { '@types/node': '^20.19.43', typescript: '~6.0.2' },
      overrides: OVERRIDES,
    }),
    'tsconfig.json': json(COMPILER),
    'src/tessera.config.ts': `import { defineTessera } from 'tessera';
import { ${plural}Module } from './${folder}/${folder}.module.js';

export default defineTessera({ modules: [${plural}Module] });
`,
    'README.md': `# ${name}

A module for Tessera with one resource, ${resource}, at \`/${path}\`.

\`\`\`sh
npm install
npm test
echo 'correct horse battery' | npx tessera users add ada@example.com
npx tessera users grant ada@example.com ${['Create', 'Read', 'List', 'Edit', 'Delete'].map((operation) => `${resource}-${operation}`).join(' ')}
npx tessera serve
\`\`\`

Swagger UI at http://127.0.0.1:3000/docs shows its routes. \`src/${folder}\` has the module, and \`src/tessera.config.ts\` adds it to the server and to
all commands. After a change of the resource, \`npx tsc && npx tessera migrations generate NAME --folder src/${folder}\` writes a migration, which
\`src/${folder}/migrations.ts\` must list.
`,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
