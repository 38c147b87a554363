import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'examples/*/dist/',
      'node_modules/',
      'coverage/',
      'bench-results/',
      'torture-results/',
      'api-docs/',
      'test/.cache/',
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  prettier,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './console/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 250],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A module, and a record of the wire, is a class with nothing but decorators.
      '@typescript-eslint/no-extraneous-class': 'off',
      // A view is a plain object in the shape of the class that documents it.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Numbers are written into texts as they are.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config reads the environment: inject Settings.' },
      ],
    },
  },
  {
    // Nest injects by parameters, and a constructor is where they stand.
    files: ['src/**/*.service.ts', 'src/**/*.ts'],
    rules: { '@typescript-eslint/max-params': ['error', { max: 5 }] },
  },
  { files: ['src/config/**', 'test/**', '.ci/**', 'examples/**'], rules: { 'no-restricted-properties': 'off' } },
  {
    // Its own configuration needs the packed service; this one has the sources.
    files: ['examples/extension/**/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', name: 'test', package: 'node:test' }] },
      ],
    },
  },
  {
    // A test reads bodies of any shape, and what it reads is what it proves.
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['console/**'],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // react-admin passes records and errors of any shape.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allow: ['URLSearchParams'] }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        URL: 'readonly',
        URLSearchParams: 'readonly',
        setTimeout: 'readonly',
        process: 'readonly',
        fetch: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['examples/browser/*.js'],
    languageOptions: {
      globals: {
        URLSearchParams: 'readonly',
        FormData: 'readonly',
        BroadcastChannel: 'readonly',
        TextEncoder: 'readonly',
        btoa: 'readonly',
        crypto: 'readonly',
        document: 'readonly',
        indexedDB: 'readonly',
        navigator: 'readonly',
      },
    },
  },
);
