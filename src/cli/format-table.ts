import { escaped } from '../kernel/text.js';

/**
 * Formats a table for people: a heading for each member, then one line per row. Null is a dash. Control, format and separator characters
 * are escaped, so each row stays on one line.
 */
export function formatTable(rows: readonly Readonly<Record<string, string | number | null>>[]): string {
  const [first] = rows;
  if (!first) return 'None.';
  const headings = Object.keys(first);
  const cells = [
    headings.map((heading) => heading.toUpperCase()),
    ...rows.map((row) => headings.map((name) => escaped(String(row[name] ?? '-')))),
  ];
  const widths = headings.map((_heading, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
