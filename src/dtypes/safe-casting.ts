/**
 * Casts that keep every value: NumPy's rule `safe`.
 *
 * @module
 */
import { isSameType } from "./casting.ts";
import type { DataType } from "./data-type.ts";

/** Can every value of `from` be held by `to`? As in NumPy, 64-bit integers count as safe in a `float64`. */
export function canCastSafely(from: DataType, to: DataType): boolean {
  if (isSameType(from, to)) return true;
  const a = { kind: from.castKind, bits: from.itemSize * 8 };
  const b = { kind: to.castKind, bits: to.itemSize * 8 };
  switch (b.kind) {
    case "unsigned":
      return a.kind === "bool" || (a.kind === "unsigned" && a.bits <= b.bits);
    case "signed":
      return (
        a.kind === "bool" ||
        (a.kind === "signed" && a.bits <= b.bits) ||
        (a.kind === "unsigned" && a.bits < b.bits)
      );
    case "float":
      return fitsFloat(a, b.bits);
    case "complex":
      return (a.kind === "complex" && a.bits <= b.bits) || fitsFloat(a, b.bits / 2);
    default:
      return false;
  }
}

/** NumPy pairs integers of 8, 16 and up to 64 bits with floats of 16, 32 and 64. */
function fitsFloat(from: { kind: string; bits: number }, bits: number): boolean {
  if (from.kind === "bool") return true;
  if (from.kind === "float") return from.bits <= bits;
  if (from.kind !== "signed" && from.kind !== "unsigned") return false;
  return bits >= 64 || from.bits * 2 <= bits;
}
