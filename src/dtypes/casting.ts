/**
 * NumPy's `same_kind` rule: which data types convert without being asked to.
 *
 * @module
 */
import type { CastKind, DataType } from "./data-type.ts";
import { TimeDataType } from "./datetimes.ts";

/** How far a conversion may go: `same_kind` as NumPy has it, or anything. */
export type Casting = "same_kind" | "unsafe";

/** Kinds of numbers, each of which converts to those after it. Signed to unsigned is no `same_kind` cast. */
const NUMERIC_ORDER: readonly CastKind[] = ["bool", "unsigned", "signed", "float", "complex"];

/** May elements of `from` become elements of `to`? */
export function canCast(from: DataType, to: DataType, casting: Casting): boolean {
  if (isSameType(from, to)) return true;
  const [source, target] = [from.castKind, to.castKind];
  if (source === "other" || target === "other") return false;
  if (from.fields !== undefined || to.fields !== undefined) return canCastFields(from, to, casting);
  if (from instanceof TimeDataType && to instanceof TimeDataType) return canCastTime(from, to, casting);
  const [sourceRank, targetRank] = [NUMERIC_ORDER.indexOf(source), NUMERIC_ORDER.indexOf(target)];
  if (sourceRank >= 0 && targetRank >= 0) return casting === "unsafe" || sourceRank <= targetRank;
  if (source === target) return source !== "void" || from.itemSize === to.itemSize;
  // Numbers become counts of a unit: integers durations by themselves, all else when asked to.
  const isInteger = sourceRank >= 0 && sourceRank <= NUMERIC_ORDER.indexOf("signed");
  if (target === "timedelta" && isInteger) return true;
  if (casting === "same_kind") return false;
  return (isTime(source) && targetRank >= 0) || (isTime(target) && sourceRank >= 0);
}

function isTime(kind: CastKind): boolean {
  return kind === "datetime" || kind === "timedelta";
}

/** Between dates, and between durations of units that convert into each other. */
function canCastTime(from: TimeDataType, to: TimeDataType, casting: Casting): boolean {
  if (from.kind !== to.kind) return casting === "unsafe";
  if (from.unit === "generic" || from.unit === to.unit) return true;
  if (to.unit === "generic") return casting === "unsafe";
  return from.kind === "datetime64" || isCalendar(from) === isCalendar(to);
}

/** Years and months have no fixed length. */
function isCalendar({ unit }: TimeDataType): boolean {
  return unit === "Y" || unit === "M";
}

function canCastFields(from: DataType, to: DataType, casting: Casting): boolean {
  const [source, target] = [from.fields, to.fields];
  if (source === undefined || target === undefined || source.length !== target.length) return false;
  return source.every((field, i) => {
    const other = target[i]!;
    return field.name === other.name && canCast(field.dataType, other.dataType, casting);
  });
}

/** Do two data types have the same elements in memory, whatever their stored byte order? */
export function isSameType(a: DataType, b: DataType): boolean {
  if (a === b) return true;
  if (a.name !== b.name || a.itemSize !== b.itemSize || a.castKind !== b.castKind) return false;
  if (a.fields === undefined || b.fields === undefined) return a.fields === b.fields;
  const others = b.fields;
  return (
    a.fields.length === others.length &&
    a.fields.every((field, i) => {
      const other = others[i]!;
      return (
        field.name === other.name &&
        field.offset === other.offset &&
        isSameType(field.dataType, other.dataType)
      );
    })
  );
}
