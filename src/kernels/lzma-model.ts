/**
 * The probability model of LZMA, which its encoder and decoder share: where each bit's
 * probability lies in one array.
 *
 * @module
 */

/** How many bits of context literals and positions have. */
export interface LzmaProperties {
  /** High bits of the byte before that choose a literal's model, 0 to 4. */
  readonly lc: number;
  /** Low bits of the position that choose a literal's model; with `lc` at most 4. */
  readonly lp: number;
  /** Low bits of the position that choose the model of matches, 0 to 4. */
  readonly pb: number;
}

/** What encoders use unless told otherwise. */
export const LZMA_DEFAULTS: LzmaProperties = { lc: 3, lp: 0, pb: 2 };

/** States after a literal, a match, a repeated match, a repeated byte. */
const LZMA_STATES = 12;
const POSITIONS = 16;

/** Layout of a length coder: two choices, then trees of 8, 8 (for each position) and 256. */
export const LENGTH_CODER: Readonly<Record<"choice" | "choice2" | "low" | "mid" | "high", number>> = {
  choice: 0,
  choice2: 1,
  low: 2,
  mid: 2 + 8 * POSITIONS,
  high: 2 + 16 * POSITIONS,
};
const LENGTH_CODER_SIZE = 2 + 16 * POSITIONS + 256;

const IS_REP = LZMA_STATES * POSITIONS;
const IS_REP0_LONG = IS_REP + 4 * LZMA_STATES;
const POS_SLOT = IS_REP0_LONG + LZMA_STATES * POSITIONS;
const POS_SPECIAL = POS_SLOT + 4 * 64;
const ALIGN = POS_SPECIAL + 128;
const MATCH_LENGTH = ALIGN + 16;
const REP_LENGTH = MATCH_LENGTH + LENGTH_CODER_SIZE;
const LITERAL = REP_LENGTH + LENGTH_CODER_SIZE;

type LzmaModelPart =
  | "isMatch"
  | "isRep"
  | "isRepG0"
  | "isRepG1"
  | "isRepG2"
  | "isRep0Long"
  | "posSlot"
  | "posSpecial"
  | "align"
  | "matchLength"
  | "repLength"
  | "literal";

/** Where the probabilities of each kind begin. */
export const LZMA_MODEL: Readonly<Record<LzmaModelPart, number>> = {
  isMatch: 0,
  isRep: IS_REP,
  isRepG0: IS_REP + LZMA_STATES,
  isRepG1: IS_REP + 2 * LZMA_STATES,
  isRepG2: IS_REP + 3 * LZMA_STATES,
  isRep0Long: IS_REP0_LONG,
  posSlot: POS_SLOT,
  posSpecial: POS_SPECIAL,
  align: ALIGN,
  matchLength: MATCH_LENGTH,
  repLength: REP_LENGTH,
  literal: LITERAL,
};

/** Probabilities have 11 bits; this is one half. */
const HALF = 1024;

/** All probabilities, at one half. */
export function lzmaProbabilities({ lc, lp }: LzmaProperties): Uint16Array {
  return new Uint16Array(LITERAL + (0x300 << (lc + lp))).fill(HALF);
}

/** Reads the byte that holds the properties; `undefined` where they are impossible. */
export function readLzmaProperties(byte: number): LzmaProperties | undefined {
  if (byte >= 9 * 5 * 5) return undefined;
  const lc = byte % 9;
  const lp = Math.floor(byte / 9) % 5;
  return lc + lp > 4 ? undefined : { lc, lp, pb: Math.floor(byte / 45) };
}

/** The byte that holds the properties. */
export function writeLzmaProperties({ lc, lp, pb }: LzmaProperties): number {
  return (pb * 5 + lp) * 9 + lc;
}

/** The state after a literal. */
export function stateAfterLiteral(state: number): number {
  return state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
}
