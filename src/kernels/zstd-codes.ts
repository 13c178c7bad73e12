/**
 * The three kinds of codes of a zstd sequence, and their tables (RFC 8878, 3.1.1.3.2).
 *
 * @module
 */
import { codeBases, extraBits } from "./extra-bits.ts";

/** Extra bits and first values of literal lengths. */
export const LITERAL_BITS: Uint8Array = /* @__PURE__ */ extraBits("00000000000000001111223346789abcdefg");
export const LITERAL_BASE: Uint32Array = /* @__PURE__ */ codeBases(0, LITERAL_BITS);
/** Extra bits and first values of match lengths. */
export const MATCH_BITS: Uint8Array = /* @__PURE__ */ extraBits(
  "0000000000000000000000000000000011112233445789abcdefg",
);
export const MATCH_BASE: Uint32Array = /* @__PURE__ */ codeBases(3, MATCH_BITS);

/** What is known of a kind of code. */
export interface ZstdCodeKind {
  /** Accuracy of a distribution, at most. */
  readonly maxLog: number;
  readonly maxSymbol: number;
  /** The distribution that blocks may use without storing it, and its accuracy. */
  readonly defaultLog: number;
  readonly defaults: Int8Array;
}

/** Literal lengths, offsets, match lengths: in the order in which their tables are stored. */
export const ZSTD_CODE_KINDS: readonly ZstdCodeKind[] = [
  {
    maxLog: 9,
    maxSymbol: 35,
    defaultLog: 6,
    defaults: /* @__PURE__ */ distribution("43222222222221112222222223211111----"),
  },
  {
    maxLog: 8,
    maxSymbol: 31,
    defaultLog: 5,
    defaults: /* @__PURE__ */ distribution("111111222111111111111111-----"),
  },
  {
    maxLog: 9,
    maxSymbol: 52,
    defaultLog: 6,
    defaults: /* @__PURE__ */ distribution("1432222221111111111111111111111111111111111111-------"),
  },
];

/** Probabilities, one digit each; a dash is "less than one". */
function distribution(digits: string): Int8Array {
  return Int8Array.from(digits, (digit) => (digit === "-" ? -1 : Number(digit)));
}
