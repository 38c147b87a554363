/**
 * Writes the reports of what the package exports to etc/, one for each entry; with --check, only says whether the committed reports are
 * the same, so that a review sees each change of what teams build on. What is exported must be marked `@publicApi`.
 */
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
const ENTRIES = { tessera: 'tessera', 'tessera-resource': 'resource/resource', 'tessera-testing': 'testing/testing' };
const isCheck = process.argv.includes('--check');
const scratch = mkdtempSync(join(tmpdir(), 'tessera-api-'));

try {
  const unmarked = exportsWithoutMark();
  if (unmarked.length > 0) {
    console.error(`These exports have no docstring with @publicApi: ${unmarked.join(', ')}.`);
    process.exitCode = 1;
  }
  const configs = new Map(Object.entries(ENTRIES).map(([name, entry]) => [name, configOf(name, entry)]));
  // The entries have most files in common, so they are compiled once.
  const [first, ...others] = configs.values();
  const additionalEntryPoints = others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath);
  const compilerState = CompilerState.create(first, { additionalEntryPoints });
  const changed = [...configs].filter(([, config]) => !isReported(config, compilerState));
  if (changed.length > 0) {
    console.error(
      `What these entries export differs from etc/: ${changed.map(([name]) => name).join(', ')}. Run: npm run api`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}

function exportsWithoutMark() {
  const files = Object.values(ENTRIES).map((entry) => join(ROOT, `dist/${entry}.d.ts`));
  const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: [] });
  const checker = program.getTypeChecker();
  return files
    .flatMap((file) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))))
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .filter((symbol) => symbol.getJsDocTags(checker).every(({ name }) => name !== 'publicApi'))
    .map(({ name }) => name);
}

function configOf(name, entry) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: join(ROOT, `dist/${entry}.d.ts`),
      compiler: { tsconfigFilePath: join(ROOT, 'tsconfig.build.json'), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFolder: join(ROOT, 'etc'),
        reportTempFolder: scratch,
        reportFileName: `${name}.api.md`,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          // Everything that an entry exports is public.
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
          // The report also has the types that the exported ones are made of. A member whose name says all needs no docstring.
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
          'ae-undocumented': { logLevel: ExtractorLogLevel.None },
          // The docstrings follow the rules of TypeDoc.
          'ae-unresolved-link': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
}

/** Whether the report is the committed one, or was written. */
function isReported(config, compilerState) {
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: !isCheck,
    messageCallback: (message) => {
      // One sentence at the end says what to do.
      if (message.messageId.startsWith('console-') && message.logLevel !== ExtractorLogLevel.Error)
        message.handled = true;
    },
  });
  return succeeded && !(isCheck && apiReportChanged);
}
