/**
 * Writes docs/settings.md and .env.example from the class that declares the settings; with --check, only says whether the committed ones
 * are the same.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { writeOrCheck, writeOrCheckPage } from './made-file.mjs';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'src/config/settings.ts');

/** Each setting: its name, its docstring, its default as text (undefined when it has none), and the values it takes. */
function settings() {
  const file = parsed(SOURCE);
  const files = [file, ...importedFiles(file)];
  const constants = new Map([...files].reverse().flatMap(constantsOf));
  return files.flatMap(declaredIn).map((member) => ({
    name: member.name.getText(),
    about: docstring(member),
    default: tag(member, 'defaultValue') ?? literal(member.initializer),
    values: valuesOf(member, constants),
  }));
}

/** The members of the classes of settings in a file: `Settings`, or a class that `Settings` extends. */
function declaredIn(file) {
  return file.statements
    .filter((node) => ts.isClassDeclaration(node) && /^(Session)?Settings$/.test(node.name?.text ?? ''))
    .flatMap(({ members }) => members.filter(ts.isPropertyDeclaration));
}

function parsed(path) {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The files of the same folder from which a file imports. */
function importedFiles(file) {
  return file.statements
    .filter((node) => ts.isImportDeclaration(node) && node.moduleSpecifier.text.startsWith('./'))
    .map(({ moduleSpecifier }) => parsed(join(dirname(SOURCE), moduleSpecifier.text.replace(/\.js$/, '.ts'))));
}

function constantsOf(file) {
  return file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .map(({ name, initializer }) => [name.getText(), initializer]);
}

function docstring(member) {
  const [doc] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  return ts.getTextOfJSDocComment(doc?.comment)?.replaceAll(/\s+/g, ' ').trim() ?? '';
}

function tag(member, name) {
  const found = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === name);
  return found && ts.getTextOfJSDocComment(found.comment)?.trim();
}

function literal(initializer) {
  if (!initializer || ts.isArrayLiteralExpression(initializer)) return undefined;
  const text = ts.isStringLiteral(initializer) ? initializer.text : initializer.getText().replaceAll('_', '');
  return text === '' ? undefined : text;
}

/** What a decorator says that it expects: a range, or one of a list. */
function valuesOf(member, constants) {
  for (const { expression } of ts.getDecorators(member) ?? []) {
    const name = expression.expression.getText();
    if (name === 'wholeNumber') {
      const [least, most] = expression.arguments.map((argument) => argument.getText().replaceAll('_', ''));
      return `${grouped(least)} to ${grouped(most)}`;
    }
    if (name === 'oneOf') {
      const list = constants.get(expression.arguments[0].getText());
      const array = ts.isAsExpression(list) ? list.expression : list;
      return array.elements.map(({ text }) => `\`${text}\``).join(', ');
    }
  }
  return '';
}

function grouped(digits) {
  return Number(digits).toLocaleString('en');
}

function page(all) {
  const rows = all.map(
    ({ name, about, values, ...setting }) =>
      `| \`${name}\` | ${setting.default === undefined ? '' : `\`${setting.default}\``} | ${values} | ${about.replaceAll('|', '\\|')} |`,
  );
  return `# Settings

All settings come from the environment, and all are optional unless the table says otherwise. An empty value counts as absent. When a value is
bad, the service does not start, and names the setting and what it expects. This page is made from \`src/config/settings.ts\` by
\`npm run settings\`.

Each of the secrets \`TESSERA_SECRET\`, \`TESSERA_SECRET_PREVIOUS\`, \`ADMIN_PASSWORD\` and \`DATABASE_URL\` can be given in a file: set
\`TESSERA_SECRET_FILE\` and so on to its path. The service reads the file once, at its start, without the line break at its end.

| setting | default | values | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function example(all) {
  const settingsOf = all.map(
    ({ name, about, default: value = '' }) => `${wrapped(about)}\n#${name}=${/^[^\s`]*$/.test(value) ? value : ''}`,
  );
  return `# Every setting of Tessera, with its default. Made by \`npm run settings\`; docs/settings.md has the values that each one takes.
# Node reads such a file: node --env-file=.env dist/main.js

${settingsOf.join('\n\n')}
`;
}

function wrapped(text) {
  return text
    .split(' ')
    .reduce((lines, word) => {
      const last = lines.at(-1);
      if (last !== undefined && last.length + word.length < 118) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(`# ${word}`);
      return lines;
    }, [])
    .join('\n');
}

const all = settings();
const from = { expected: 'what src/config/settings.ts declares', command: 'npm run settings' };
await writeOrCheckPage('docs/settings.md', page(all), from);
writeOrCheck('.env.example', example(all), from);
