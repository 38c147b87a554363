/** Compiles generated TypeScript so that Node.js can load it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const MODULE = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };

/** Compiles every file of the folder, and writes the result next to the file. */
export function compile(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const file = join(folder, name);
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions: MODULE });
    writeFileSync(file.replace(/\.ts$/, '.js'), outputText);
  }
}

/** The compiler's complaints about a file under `strict`, one text for each. */
export function faultsOf(file) {
  const options = {
    ...MODULE,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const program = ts.createProgram([file], { ...options, types: [], lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
