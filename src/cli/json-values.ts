import { AppError } from '../kernel/app-error.js';

/** More than the largest page of the audit trail has. */
const LONGEST_VALUE = 64 * 1024 * 1024;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT, COMMA] = ['[', ']', '{', '}', ','];

/** A JSON object of a file, and the line on which it begins, from 1. */
export interface JsonObject {
  readonly value: object;
  readonly line: number;
}

/**
 * Reads a file of JSON objects piece by piece: one a line (NDJSON), one after the other, or as the elements of arrays. Holds one object
 * at a time.
 * @throws AppError naming the line of what is no such file
 */
export class JsonValues {
  private line = 1;
  private startLine = 1;
  private text = '';
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  /** In an array at the top: whether an element, a comma, or either with the end, may follow. */
  private array: 'none' | 'element-or-end' | 'element' | 'comma-or-end' = 'none';

  /** The objects that end in the next piece of the file. */
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

  /** To be called at the end of the file. @throws AppError when it ends within a value */
  end(): void {
    if (this.depth > 0 || this.array !== 'none') throw this.failure('The file ends in the middle of a value');
  }

  private begin(): void {
    if (this.array === 'comma-or-end') throw this.failure('A comma is missing');
    this.startLine = this.line;
  }

  /** What may stand outside of objects: the brackets and commas of arrays. */
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
