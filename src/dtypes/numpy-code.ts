/**
 * NumPy's type strings (`<f8`, `|S5`, `>M8[10us]`), as v2 metadata and users write them.
 *
 * @module
 */

/** The parts of a NumPy type string. */
export interface NumpyCode {
  /** `>` was written. No order, `=` and `|` mean little-endian. */
  readonly bigEndian: boolean;
  readonly kind: "b" | "i" | "u" | "f" | "c" | "S" | "U" | "V" | "M" | "m" | "O";
  /** Bytes, or characters for `U`; `undefined` where none is written. */
  readonly size: number | undefined;
  /** What is between the brackets: `10us`. */
  readonly unit: string | undefined;
}

const CODE = /^([<>|=]?)(?:(\?)|([biufcSaUVMmO])(\d{1,10})?(?:\[([^\][]{1,20})\])?)$/;

/** Reads a NumPy type string; `undefined` when it is none. */
export function parseNumpyCode(text: unknown): NumpyCode | undefined {
  if (typeof text !== "string") return undefined;
  const match = CODE.exec(text);
  if (match === null) return undefined;
  const [, order, question, letter, size, unit] = match;
  if (question !== undefined) return { bigEndian: false, kind: "b", size: 1, unit: undefined };
  const kind = letter === "a" ? "S" : letter;
  // The pattern admits only these letters, and `a` has just been replaced.
  return {
    bigEndian: order === ">",
    kind: kind as NumpyCode["kind"],
    size: size === undefined ? undefined : Number(size),
    unit,
  };
}
