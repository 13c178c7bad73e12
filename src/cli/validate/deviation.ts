/**
 * What `validate` finds: deviations, each with its place.
 *
 * @module
 */
/**
 * `error`: against the specification, and a reader that follows it may refuse the node or read it otherwise.
 * `warning`: against its letter, and readers are known to agree on what is meant.
 */
export type Severity = "error" | "warning";

/** One deviation from a specification. */
export interface Deviation {
  readonly severity: Severity;
  /** Path of the node; the root is `""`. */
  readonly path: string;
  /** Store key of the document. */
  readonly key: string;
  /** JSON pointer within the document; `""` is all of it. */
  readonly pointer: string;
  /** Which specification: `zarr-v2`, `zarr-v3`, `consolidated`, `ome-0.4`, `ome-0.5`. */
  readonly rule: string;
  /** One sentence. */
  readonly message: string;
}

/** Collects deviations of one document. */
export class Findings {
  readonly #all: Deviation[];
  readonly path: string;
  readonly key: string;
  readonly rule: string;
  /** JSON pointer of the document within the file, where it is part of another one. */
  readonly #base: string;
  #errors = 0;

  constructor(all: Deviation[], place: { path: string; key: string; rule: string; base?: string }) {
    this.#all = all;
    this.path = place.path;
    this.key = place.key;
    this.rule = place.rule;
    this.#base = place.base ?? "";
  }

  /** Errors that were reported through this object and those made from it by `errorsOf`. */
  get errors(): number {
    return this.#errors;
  }

  /** Reports a deviation that readers may stumble over. */
  error(pointer: string, message: string): void {
    this.#errors++;
    this.#add("error", pointer, message);
  }

  /** Reports a deviation that readers are known to agree on. */
  warning(pointer: string, message: string): void {
    this.#add("warning", pointer, message);
  }

  /** Runs a check that throws; what it throws is the deviation. */
  try<T>(pointer: string, check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      this.error(pointer, textOf(error));
      return undefined;
    }
  }

  /** As `try`. */
  async tryAsync<T>(check: () => Promise<T>, pointerOf: (error: unknown) => string): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      this.error(pointerOf(error), textOf(error));
      return undefined;
    }
  }

  #add(severity: Severity, pointer: string, message: string): void {
    this.#all.push({
      severity,
      path: this.path,
      key: this.key,
      pointer: this.#base + pointer,
      rule: this.rule,
      message,
    });
  }
}

/** What an error says, without the document's name, which the deviation has already, and without long lists. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message
    .replace(/^Metadata document "[^"]*"(?: at \S+)?: /, "")
    .replace(/ \(\/codecs\/\d+[^)]*\)/, "")
    .replace(/; known(?: are|:) .*$/s, "")
    .replace(/^./, (letter) => letter.toUpperCase());
}
