/**
 * JSON as Python's `json.dumps` writes it, with its options.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { MAX_JSON_DEPTH } from "../base/json.ts";
import { numberText } from "../base/json-number.ts";

/** The options of `json.dumps` that change the text. */
export interface PythonJsonOptions {
  /** Escape everything beyond ASCII. */
  readonly ensureAscii: boolean;
  /** Write `NaN` and infinities as bare tokens, rather than refuse them. */
  readonly allowNan: boolean;
  readonly sortKeys: boolean;
  readonly itemSeparator: string;
  readonly keySeparator: string;
}

/**
 * The text of a value: `null`, booleans, numbers, bigints, texts, lists and plain objects.
 *
 * @throws CodecError when a value is none of these, nests too deeply, or contains itself.
 */
export function pythonJson(value: unknown, options: PythonJsonOptions): string {
  const parts: string[] = [];
  new PythonJsonWriter(parts, options).write(value, 0);
  return parts.join("");
}

class PythonJsonWriter {
  readonly #parts: string[];
  readonly #options: PythonJsonOptions;

  constructor(parts: string[], options: PythonJsonOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  write(value: unknown, depth: number): void {
    if (depth > MAX_JSON_DEPTH) throw new CodecError(`A value nests more than ${MAX_JSON_DEPTH} deep.`);
    switch (typeof value) {
      case "string":
        this.#parts.push(this.#quoted(value));
        return;
      case "number":
        if (!Number.isFinite(value) && !this.#options.allowNan) throw unwritable(String(value));
        this.#parts.push(numberText(value));
        return;
      case "bigint":
      case "boolean":
        this.#parts.push(String(value));
        return;
      case "object":
        this.#writeObject(value, depth);
        return;
      default:
        throw unwritable(`a value of type ${typeof value}`);
    }
  }

  #writeObject(value: object | null, depth: number): void {
    if (value === null) {
      this.#parts.push("null");
    } else if (Array.isArray(value)) {
      this.#writeItems("[", "]", value, (item: unknown) => this.write(item, depth + 1));
    } else if (isPlain(value)) {
      const entries = Object.entries(value);
      if (this.#options.sortKeys) entries.sort(byCodePoints);
      this.#writeItems("{", "}", entries, ([key, item]) => {
        this.#parts.push(this.#quoted(key), this.#options.keySeparator);
        this.write(item, depth + 1);
      });
    } else {
      throw unwritable("an object that is neither a list nor plain");
    }
  }

  #writeItems<T>(open: string, close: string, items: readonly T[], write: (item: T) => void): void {
    this.#parts.push(open);
    for (const [i, item] of items.entries()) {
      if (i > 0) this.#parts.push(this.#options.itemSeparator);
      write(item);
    }
    this.#parts.push(close);
  }

  #quoted(text: string): string {
    const quoted = JSON.stringify(text);
    return this.#options.ensureAscii ? quoted.replace(BEYOND_ASCII, escaped) : quoted;
  }
}

const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** One UTF-16 unit; Python leaves the delete character alone. */
function escaped(unit: string): string {
  return unit === "\u007f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function byCodePoints([a]: [string, unknown], [b]: [string, unknown]): number {
  const [one, other] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const difference = one[i]!.codePointAt(0)! - other[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unwritable(what: string): CodecError {
  return new CodecError(`JSON cannot hold ${what}.`);
}
