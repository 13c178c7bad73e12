/**
 * `datetime64` and `timedelta64`: 64-bit counts of a unit. Scalars are bigints; `NaT` is the smallest.
 *
 * @module
 */
import { MetadataValidationError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { ByteWord, CastKind, Container, DataType, DataTypeDefinition } from "./data-type.ts";
import { describeValue } from "./describe-value.ts";
import { endiannessOf, FixedDataType, memoryBytes, singleWord } from "./fixed-data-type.ts";
import { parseIntegerFill, smallestJson, toExactInteger } from "./integers.ts";
import { parseNumpyCode } from "./numpy-code.ts";
import { dateToString, durationToString, momentOfText } from "./time-text.ts";
import {
  isScaleFactor,
  momentOf,
  NaT,
  parseTimeScale,
  parseTimeUnit,
  stepsOfMoment,
  type TimeScale,
  type TimeUnit,
} from "./time-units.ts";
import { bytesOfView, viewAs } from "./typed-array-view.ts";

const MILLISECOND = 10n ** 15n; // attoseconds
const MAX = 2n ** 63n - 1n;

/** A data type of dates (`datetime64`) or durations (`timedelta64`); the container is a `BigInt64Array`. */
export class TimeDataType extends FixedDataType<bigint> implements TimeScale {
  readonly name: string;
  readonly castKind: CastKind;
  readonly itemSize = 8;
  readonly words: readonly ByteWord[];
  readonly isView = true;
  readonly defaultFillValue: bigint = NaT;
  readonly kind: "datetime64" | "timedelta64";
  readonly unit: TimeUnit;
  /** Units of a step: 10 for `[10us]`. */
  readonly scaleFactor: number;

  constructor(kind: "datetime64" | "timedelta64", { unit, scaleFactor }: TimeScale, bigEndian = false) {
    super();
    this.kind = kind;
    this.unit = unit;
    this.scaleFactor = scaleFactor;
    this.name = kind + this.#brackets();
    this.castKind = kind === "datetime64" ? "datetime" : "timedelta";
    this.words = singleWord(8, bigEndian);
  }

  toInfoString(): string {
    const name = this.kind === "datetime64" ? "DateTime64" : "TimeDelta64";
    return `${name}(${endiannessOf(this.bigEndian)}, scale_factor=${this.scaleFactor}, unit='${this.unit}')`;
  }
  override toV3(): JsonValue {
    return { name: `numpy.${this.kind}`, configuration: { unit: this.unit, scale_factor: this.scaleFactor } };
  }
  toV2(): string {
    return `${this.bigEndian ? ">" : "<"}${this.kind === "datetime64" ? "M" : "m"}8${this.#brackets()}`;
  }
  #brackets(): string {
    if (this.unit === "generic" && this.scaleFactor === 1) return "";
    return `[${this.scaleFactor === 1 ? "" : this.scaleFactor}${this.unit}]`;
  }

  /** A count of steps, or `"NaT"`. */
  parseFillValue(json: JsonValue, zarrFormat: 2 | 3): bigint {
    if (json === "NaT") return NaT;
    const value = parseIntegerFill(json, zarrFormat);
    if (typeof value === "string") throw this.badFill(json, `${value}, nor "NaT"`);
    if (value < NaT || value > MAX) throw this.badFill(json, "it is out of range");
    return value;
  }
  fillValueToJson(value: bigint): JsonValue {
    return smallestJson(value);
  }

  /**
   * Takes counts of steps (bigints, integral numbers within ±2^53), `"NaT"`, and for dates `Date`s and
   * ISO 8601 text in UTC. A date that lies between two steps is out of range.
   */
  toScalar(value: unknown): bigint {
    if (value === "NaT") return NaT;
    const steps = typeof value === "boolean" ? undefined : toExactInteger(value);
    if (steps !== undefined) {
      if (steps < NaT || steps > MAX) throw this.badRange(value);
      return steps;
    }
    if (typeof value === "number") throw this.badRange(value);
    const moment = this.kind === "datetime64" ? momentOfValue(value) : undefined;
    if (moment === undefined) throw this.badKind(value);
    if (moment === NaT) return NaT;
    const date = stepsOfMoment(moment, this);
    if (date === undefined || momentOf(date, this) !== moment) throw this.badRange(String(value));
    return date;
  }
  scalarToString(value: bigint): string {
    return this.kind === "datetime64" ? dateToString(value, this) : durationToString(value, this);
  }

  /**
   * The `Date` of a scalar, cut off to milliseconds towards the past; `NaT` is an invalid `Date`.
   *
   * @throws RangeError when a `Date` cannot hold it, or the type has no dates.
   */
  toDate(value: bigint): Date {
    if (value === NaT) return new Date(NaN);
    const moment = this.kind === "datetime64" ? momentOf(value, this) : undefined;
    if (moment === undefined) throw new RangeError(`Elements of data type ${this.name} are no dates.`);
    const milliseconds = Number(moment / MILLISECOND - (moment % MILLISECOND < 0n ? 1n : 0n));
    const date = new Date(milliseconds);
    if (Number.isNaN(date.getTime()))
      throw new RangeError(`${dateToString(value, this)} is beyond what a Date holds.`);
    return date;
  }

  /** The scalar at or before a `Date`; an invalid one is `NaT`. */
  fromDate(date: Date): bigint {
    const moment = momentOfValue(date);
    if (moment === NaT) return NaT;
    const value =
      moment === undefined || this.kind !== "datetime64" ? undefined : stepsOfMoment(moment, this);
    if (value === undefined) throw this.badRange(String(date));
    return value;
  }

  writeScalar(value: bigint, target: Uint8Array, byteOffset: number): void {
    new DataView(target.buffer, target.byteOffset, target.byteLength).setBigInt64(byteOffset, value, true);
  }
  readScalar(source: Uint8Array, byteOffset: number): bigint {
    return new DataView(source.buffer, source.byteOffset, source.byteLength).getBigInt64(byteOffset, true);
  }
  toContainer(data: Uint8Array | unknown[]): Container {
    return viewAs(BigInt64Array, memoryBytes(data));
  }
  fromContainer(container: Container, start: number, count: number): Uint8Array {
    return bytesOfView(container as BigInt64Array, start, count, 8); // what toContainer makes
  }
  scalarAt(container: Container, index: number): bigint {
    return (container as BigInt64Array)[index]!; // what toContainer makes
  }
  isContainer(value: unknown): boolean {
    return value instanceof BigInt64Array;
  }
}

/** Attoseconds from 1970 to a `Date` or ISO text; `NaT` for an invalid `Date`, `undefined` for anything else. */
function momentOfValue(value: unknown): bigint | undefined {
  if (typeof value === "string") return momentOfText(value);
  if (!(value instanceof Date)) return undefined;
  const milliseconds = value.getTime();
  return Number.isNaN(milliseconds) ? NaT : BigInt(milliseconds) * MILLISECOND;
}

/** How the registry knows `numpy.datetime64` and `numpy.timedelta64`. */
export const timeDefinitions: readonly DataTypeDefinition[] = [
  timeDefinition("datetime64", "M"),
  timeDefinition("timedelta64", "m"),
];

function timeDefinition(kind: "datetime64" | "timedelta64", letter: "M" | "m"): DataTypeDefinition {
  const fromCode = (text: unknown): DataType | undefined => {
    const code = parseNumpyCode(text);
    if (code?.kind !== letter || (code.size !== undefined && code.size !== 8)) return undefined;
    const scale = parseTimeScale(code.unit ?? "generic");
    return scale === undefined ? undefined : new TimeDataType(kind, scale, code.bigEndian);
  };
  return {
    name: `numpy.${kind}`,
    fromV3: (name, configuration) => new TimeDataType(kind, scaleOf(name, configuration)),
    fromV2(dtype, objectCodec) {
      const dataType = fromCode(dtype);
      if (dataType === undefined || objectCodec === undefined) return dataType;
      throw new MetadataValidationError(
        `The data type ${dataType} does not go with the object codec ${objectCodec}.`,
        {
          actual: objectCodec,
        },
      );
    },
    fromText(text) {
      const long = text.startsWith(kind) ? `${letter}8${text.slice(kind.length)}` : text;
      return fromCode(long);
    },
  };
}

function scaleOf(name: string, configuration: JsonObject | undefined): TimeScale {
  const { unit: unitText, scale_factor: scaleFactor, ...rest } = configuration ?? {};
  const unit = parseTimeUnit(unitText);
  if (unit !== undefined && isScaleFactor(scaleFactor) && Object.keys(rest).length === 0)
    return { unit, scaleFactor };
  throw new MetadataValidationError(
    `The data type ${name} needs a "unit" of time and a positive "scale_factor", not ${describeValue(configuration)}.`,
    { actual: configuration },
  );
}
