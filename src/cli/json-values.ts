import { AppError } from '../kernel/app-error.js';

/** Longer than the largest page of the audit trail. */
const LONGEST_VALUE = 64 * 1024 * 1024;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT, COMMA] = ['[', ']', '{', '}', ','];

/** A JSON object of a file, and the line on which it begins, from 1. */
export interface JsonObject {
  readonly value: object;
  readonly line: number;
}

/**
 * Reads a file of JSON objects piece by piece: one per line (NDJSON), one after the other, or as the elements of arrays. Only one object is
 * in memory at a time.
 * @throws AppError naming the line that is not valid
 */
export class JsonValues {
  private line = 1;
  private startLine = 1;
  private text = '';
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  /** In a top-level array: what may follow. */
  private array: 'none' | 'element-or-end' | 'element' | 'comma-or-end' = 'none';

  /** Yields the objects that end in this piece of the file. */
  *read(piece: string): Generator<JsonObject> {
    let start = 0;
    for (let n = 0; n < piece.length; n++) {
      const character = piece.charAt(n);
      if (character === '\n') this.line++;
      if (this.depth === 0) {
        if (/\s/.test(character)) continue;
        if (character !== OPEN_OBJECT) {
          this.between(character);
          continue;
        }
        this.begin();
        start = n;
      }
      if (this.endsAt(character)) {
        yield this.parsed(this.text + piece.slice(start, n + 1));
        this.text = '';
      }
    }
    if (this.depth > 0) this.keep(piece.slice(start));
  }

  /** Call this at the end of the file. @throws AppError when the file ends inside a value */
  end(): void {
    if (this.depth > 0 || this.array !== 'none') throw this.failure('The file ends in the middle of a value');
  }

  private begin(): void {
    if (this.array === 'comma-or-end') throw this.failure('A comma is missing');
    this.startLine = this.line;
  }

  /** Only the brackets and commas of arrays may be outside of objects. */
  private between(character: string): void {
    if (character === OPEN_ARRAY && this.array === 'none') this.array = 'element-or-end';
    else if (character === CLOSE_ARRAY && this.array.endsWith('-or-end')) this.array = 'none';
    else if (character === COMMA && this.array === 'comma-or-end') this.array = 'element';
    else throw this.failure('Expected a JSON object');
  }

  private endsAt(character: string): boolean {
    if (this.isEscaped) this.isEscaped = false;
    else if (this.inString) {
      if (character === '\\') this.isEscaped = true;
      else if (character === '"') this.inString = false;
    } else if (character === '"') this.inString = true;
    else if (character === OPEN_OBJECT || character === OPEN_ARRAY) this.depth++;
    else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) return --this.depth === 0;
    return false;
  }

  private keep(text: string): void {
    this.text += text;
    if (this.text.length > LONGEST_VALUE) throw this.failure('A value is longer than 64 MiB');
  }

  private parsed(text: string): JsonObject {
    if (this.array !== 'none') this.array = 'comma-or-end';
    try {
      return { value: JSON.parse(text) as object, line: this.startLine };
    } catch {
      throw this.failure('A value is not valid JSON', this.startLine);
    }
  }

  private failure(what: string, line = this.line): AppError {
    return new AppError('bad_file', 400, `Line ${line}: ${what}.`);
  }
}
