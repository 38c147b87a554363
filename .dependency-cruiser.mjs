/** The levels of src/README.md: a file imports from its own folder and from lower levels, never from its own level or above. */
const LEVELS = [
  ['kernel'],
  ['config', 'access', 'plug-ins'],
  ['database'],
  ['observability', 'http'],
  ['jobs', 'audit'],
  ['resource'],
  ['audit-trail', 'signing-keys', 'users', 'clients', 'proofs'],
  ['sessions'],
  ['refresh-tokens', 'user-records', 'statistics'],
  ['oauth', 'authentication', 'account', 'console', 'operations'],
  ['cli', 'mounting', 'testing'],
];

const levelRules = LEVELS.flatMap((folders, level) =>
  folders.map((folder) => {
    const lower = LEVELS.slice(0, level).flat();
    const allowed = [folder, ...lower].join('|');
    return {
      name: `${folder}-imports-lower-levels-only`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      // What stands at the top of src puts the service together. The highest level starts it too.
      to: {
        path: '^src/',
        pathNot: level === LEVELS.length - 1 ? `^src/([^/]+$|(${allowed})/)` : `^src/(${allowed})/`,
      },
    };
  }),
);

export default {
  forbidden: [
    ...levelRules,
    {
      name: 'every-folder-has-a-level',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${LEVELS.flat().join('|')})/|^src/[^/]+$` },
      to: {},
    },
    {
      name: 'only-testing-moves-the-clock',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/|^src/kernel/steady-now\\.ts$' },
      to: { path: '^src/kernel/clock-lead\\.ts$' },
    },
    {
      name: 'only-testing-has-another-engine',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(testing|database)/' },
      to: { path: '^src/database/engine-source\\.ts$' },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-barrel', severity: 'error', from: { path: '^src/' }, to: { path: '^src/.*index\\.ts$' } },
    {
      name: 'kernel-is-pure',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: 'node_modules/(@nestjs|typeorm|fastify|pg|class-validator|class-transformer)' },
    },
    {
      // `audited` makes statements for repositories, a file of statements may use another, and the package exports them for those of a team.
      name: 'only-repositories-run-statements',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/database/|\\.(repository|statements)\\.ts$|^src/(audit/audited|tessera)\\.ts$',
      },
      to: { path: '\\.statements\\.ts$|^src/database/(statement|statements\\.service|batched|batch-rows)\\.ts$' },
    },
    {
      // Other classes only pass on the manager of a transaction, so they import its type. Health and metrics query the server, not a table.
      name: 'only-repositories-use-typeorm',
      severity: 'error',
      from: { path: '\\.(service|job|controller|guard|strategy)\\.ts$', pathNot: '^src/(database|observability)/' },
      to: { path: 'node_modules/(@nestjs/)?typeorm/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
