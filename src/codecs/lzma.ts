/**
 * The `lzma` codec of v2, which is `numcodecs.lzma` in v3: what Python's `lzma` module reads and
 * writes, in the containers `.xz`, `.lzma` and none.
 *
 * @module
 */
import { CodecError } from "../base/errors.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { lzma2Decode, lzmaDecode } from "../kernels/lzma-decode.ts";
import { concatenate, lzma2Encode, lzmaEncode, lzmaMaxEncodedSize } from "../kernels/lzma-encode.ts";
import {
  LZMA_DEFAULTS,
  readLzmaProperties,
  writeLzmaProperties,
  type LzmaProperties,
} from "../kernels/lzma-model.ts";
import { OutputBuffer } from "../kernels/output-buffer.ts";
import { applyDelta, isXz, undoDelta, XZ_CHECKS, xzDecode, xzWrap, type XzCheck } from "../kernels/xz.ts";
import { bytesBytesCodec, mostBytes } from "./bytes-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.lzma";
/** `format` as Python numbers it. */
const FORMAT = { auto: 0, xz: 1, alone: 2, raw: 3 } as const;
/** Filters as liblzma numbers them; the first id is beyond 2^53, so documents may hold its nearest double. */
const FILTER = { lzma1: 0x4000000000000001n, lzma2: 0x21, delta: 3 } as const;
const LZMA1_DOUBLE = 2 ** 62;
const DEFAULT_PRESET = 6;
/** The flag of "extreme" presets. */
const EXTREME = 2 ** 31;
const ALONE_HEADER_BYTES = 13;
const MAX_FILTERS = 4;
/** Memory that decoding of alone and raw data may start with. */
const FIRST_ALLOCATION = 1 << 16;

interface Settings {
  readonly format: number;
  readonly check: XzCheck;
  readonly deltas: readonly number[];
  readonly kind: "lzma1" | "lzma2";
  readonly properties: LzmaProperties;
  readonly dictionarySize: number;
  /** Earlier occurrences tried for a match. */
  readonly depth: number;
}

/**
 * `numcodecs.lzma`: `format` (1 xz, 2 alone, 3 raw; default 1), `check` (-1 the default CRC-64, 0, 1, 4, 10),
 * `preset` (0 to 9), `filters` (delta, then LZMA2 or LZMA1).
 */
export const lzmaCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  v2Id: "lzma",
  fromV3: (configuration = {}) =>
    make(configuration, configuration, numcodecsCall("LZMA", NAME, configuration)),
  fromV2(json) {
    const { format = 1, check = -1, preset = null, filters = null } = json;
    const configuration = { format, check, preset, filters };
    return make(json, configuration, pythonCall("LZMA", configuration));
  },
};

function make(json: JsonObject, configuration: JsonObject, text: string): Codec {
  const settings = readSettings(json);
  return bytesBytesCodec({
    name: NAME,
    configuration,
    text,
    v2: { ...configuration, id: "lzma" },
    transform: () => ({
      isFixedSize: false,
      maxEncodedSize: lzmaMaxEncodedSize,
      encode: (bytes) => encode(bytes, settings),
      decode: (bytes, limit) => decode(bytes, settings, mostBytes(limit)),
    }),
  });
}

function encode(bytes: Uint8Array, settings: Settings): Uint8Array {
  const { format, properties, dictionarySize, depth, kind } = settings;
  let content = bytes;
  for (const distance of settings.deltas) content = applyDelta(content, distance);
  if (format === FORMAT.auto) throw new CodecError("The lzma format 0 can only be read.");
  if (format === FORMAT.xz) {
    return xzWrap(bytes, lzma2Encode(content, properties, dictionarySize, depth), settings);
  }
  if (format === FORMAT.raw) {
    return kind === "lzma2"
      ? lzma2Encode(content, properties, dictionarySize, depth)
      : lzmaEncode(content, properties, dictionarySize, depth, true);
  }
  const header = new Uint8Array(ALONE_HEADER_BYTES).fill(255);
  header[0] = writeLzmaProperties(properties);
  new DataView(header.buffer).setUint32(1, dictionarySize, true);
  return concatenate([header, lzmaEncode(content, properties, dictionarySize, depth, true)]);
}

function decode(bytes: Uint8Array, settings: Settings, max: number): Uint8Array {
  const output = new OutputBuffer(max, Math.min(max, FIRST_ALLOCATION + 64 * bytes.length));
  const { format } = settings;
  if (format === FORMAT.xz || (format === FORMAT.auto && isXz(bytes))) xzDecode(bytes, output);
  else if (format === FORMAT.raw) {
    checkEnd(
      settings.kind === "lzma2"
        ? lzma2Decode(bytes, 0, output)
        : lzmaDecode(bytes, 0, settings.properties, undefined, output),
      bytes,
    );
    for (const distance of [...settings.deltas].reverse()) {
      undoDelta(output.bytes.subarray(0, output.length), distance);
    }
  } else decodeAlone(bytes, output);
  return output.take();
}

function decodeAlone(bytes: Uint8Array, output: OutputBuffer): void {
  const properties = bytes.length < ALONE_HEADER_BYTES ? undefined : readLzmaProperties(bytes[0]!);
  if (properties === undefined) throw new CodecError("The data are not of the format .lzma.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = view.getUint32(5, true);
  const high = view.getUint32(9, true);
  const size = low === 0xffffffff && high === 0xffffffff ? undefined : high * 2 ** 32 + low;
  if (size !== undefined && size > output.max) {
    throw new CodecError(`The LZMA data say ${size} bytes, more than the ${output.max} they may have.`, {
      expected: output.max,
      actual: size,
    });
  }
  const end = lzmaDecode(bytes, ALONE_HEADER_BYTES, properties, size, output);
  // Where the size is known, an end mark may follow all the same.
  if (size === undefined) checkEnd(end, bytes);
}

function checkEnd(end: number, bytes: Uint8Array): void {
  if (end === bytes.length) return;
  throw new CodecError("Bytes follow the end of the LZMA data.", { expected: end, actual: bytes.length });
}

function readSettings(json: JsonObject): Settings {
  const read = new CodecConfiguration(NAME, json);
  read.value("id");
  const format = read.integer("format", 0, 3, 1);
  const check = read.integer("check", -1, 10, -1);
  const preset = (read.value("preset") ?? null) === null ? undefined : readPreset(read.value("preset"));
  if ((read.value("preset") ?? null) !== null && preset === undefined)
    throw read.wrong("preset", "an integer from 0 to 9");
  const known = Object.values(XZ_CHECKS).find(
    (candidate) => candidate === (check < 0 ? XZ_CHECKS.crc64 : check),
  );
  if (known === undefined) throw read.wrong("check", "-1, 0, 1, 4 or 10");
  if (check > 0 && format !== FORMAT.xz) throw read.wrong("check", "absent unless the format is xz");
  const filters = read.value("filters") ?? null;
  read.done();
  if (filters === null) {
    if (format === FORMAT.raw) throw read.wrong("filters", "given for raw data");
    return {
      format,
      check: known,
      deltas: [],
      kind: format === FORMAT.alone ? "lzma1" : "lzma2",
      ...compressorSettings({}, preset ?? DEFAULT_PRESET, read),
    };
  }
  if (preset !== undefined) throw read.wrong("preset", "null where there are filters");
  return { format, check: known, ...readFilters(filters, format, read) };
}

function readFilters(
  filters: JsonValue,
  format: number,
  read: CodecConfiguration,
): Omit<Settings, "format" | "check"> {
  if (!isJsonArray(filters) || filters.length === 0 || filters.length > MAX_FILTERS) {
    throw read.wrong("filters", "a list of one to four filters");
  }
  const deltas: number[] = [];
  for (const [index, filter] of filters.entries()) {
    if (!isJsonObject(filter)) throw read.wrong("filters", "a list of objects");
    const id = filter["id"];
    if (index < filters.length - 1) {
      const distance = filter["dist"] ?? 1;
      if (id !== FILTER.delta)
        throw read.wrong("filters", "delta filters before the last (others are not supported)");
      if (typeof distance !== "number" || !Number.isInteger(distance) || distance < 1 || distance > 256) {
        throw read.wrong("filters", "a list of filters, with `dist` from 1 to 256 for delta");
      }
      deltas.push(distance);
      continue;
    }
    const isLzma1 = id === FILTER.lzma1 || id === LZMA1_DOUBLE;
    if (!isLzma1 && id !== FILTER.lzma2)
      throw read.wrong("filters", "a list that ends in LZMA2 (33) or LZMA1");
    if ((format === FORMAT.xz && isLzma1) || (format === FORMAT.alone && (!isLzma1 || deltas.length > 0))) {
      throw read.wrong("filters", "filters that the format has: LZMA2 last in xz, LZMA1 alone in .lzma");
    }
    const preset = readPreset(filter["preset"] ?? DEFAULT_PRESET);
    if (preset === undefined) throw read.wrong("filters", "filters with a `preset` from 0 to 9");
    return { deltas, kind: isLzma1 ? "lzma1" : "lzma2", ...compressorSettings(filter, preset, read) };
  }
  throw read.wrong("filters", "a list that ends in LZMA2 (33) or LZMA1");
}

function readPreset(value: JsonValue | undefined): number | undefined {
  if (typeof value !== "number") return undefined;
  const preset = value >= EXTREME ? value - EXTREME : value;
  return Number.isInteger(preset) && preset >= 0 && preset <= 9 ? preset : undefined;
}

function compressorSettings(
  filter: JsonObject,
  preset: number,
  read: CodecConfiguration,
): Pick<Settings, "properties" | "dictionarySize" | "depth"> {
  const option = (key: string, least: number, most: number, byDefault: number): number => {
    const value = filter[key] ?? byDefault;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw read.wrong("filters", `filters with a \`${key}\` from ${least} to ${most}`);
    }
    return value;
  };
  const lc = option("lc", 0, 4, LZMA_DEFAULTS.lc);
  const lp = option("lp", 0, 4, LZMA_DEFAULTS.lp);
  if (lc + lp > 4) throw read.wrong("filters", "filters with `lc` and `lp` of at most 4 together");
  return {
    properties: { lc, lp, pb: option("pb", 0, 4, LZMA_DEFAULTS.pb) },
    // liblzma's sizes: 256 KiB, 1 MiB, 2, 4, 4, 8, 8, 16, 32, 64 MiB.
    dictionarySize: option(
      "dict_size",
      4096,
      1610612736,
      2 ** ([18, 20, 21, 22, 22, 23, 23, 24, 25, 26][preset] ?? 23),
    ),
    depth: 8 << Math.min(preset, 5),
  };
}
