/**
 * `json2` of numcodecs: a chunk as a JSON text.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/other/json.html
 * @module
 */
import { CodecError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import { parseJson } from "../base/json-parse.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { fromItemList, toItemList } from "./item-list.ts";
import type { PythonJsonOptions } from "./python-json.ts";
import { pythonJson } from "./python-json.ts";
import { numcodecsCall, pythonValue } from "./python-call.ts";

const NAME = "numcodecs.json2";
const ENCODINGS = ["utf-8", "utf8", "UTF-8", "ascii", "us-ascii"] as const;

interface Settings {
  readonly options: PythonJsonOptions;
  /** As configured, with numcodecs' defaults. */
  readonly configuration: JsonObject;
}

/**
 * `json2`, with the options of Python's `json` and numcodecs' defaults. Elements may be anything that JSON can hold;
 * integers beyond 2^53 are bigints. Text is UTF-8; `indent` is read, but nothing is written indented.
 */
export const json2Codec: CodecDefinition = {
  kind: "array-bytes",
  name: NAME,
  v2Id: "json2",
  fromV3: (configuration = {}) => {
    const settings = readSettings(NAME, configuration);
    return make(settings, configuration, numcodecsCall("JSON", NAME, configuration));
  },
  fromV2(configuration) {
    const settings = readSettings("json2", configuration);
    return make(settings, configuration, printed(settings.configuration));
  },
};

function readSettings(name: string, json: JsonObject): Settings {
  const read = new CodecConfiguration(name, json);
  read.value("id");
  const encoding = read.oneOf("encoding", ENCODINGS, "utf-8");
  const skipkeys = read.boolean("skipkeys", false);
  const ensureAscii = read.boolean("ensure_ascii", true);
  const checkCircular = read.boolean("check_circular", true);
  const allowNan = read.boolean("allow_nan", true);
  const sortKeys = read.boolean("sort_keys", true);
  const strict = read.boolean("strict", true);
  const indent = read.value("indent") ?? null;
  if (indent !== null && typeof indent !== "number" && typeof indent !== "string") {
    throw read.wrong("indent", "a number, a text or null");
  }
  const [itemSeparator, keySeparator] = readSeparators(read, indent === null);
  read.done();
  return {
    options: { ensureAscii, allowNan, sortKeys, itemSeparator, keySeparator },
    configuration: {
      encoding,
      skipkeys,
      ensure_ascii: ensureAscii,
      check_circular: checkCircular,
      allow_nan: allowNan,
      indent,
      separators: [itemSeparator, keySeparator],
      sort_keys: sortKeys,
      strict,
    },
  };
}

/** What stands between items, and between key and value: blanks, and one comma or colon. */
function readSeparators(read: CodecConfiguration, isCompact: boolean): readonly [string, string] {
  const given = read.value("separators");
  if (given === undefined || given === null) return isCompact ? [",", ":"] : [", ", ": "];
  const [item, key] = isJsonArray(given) ? given : [];
  if (
    typeof item !== "string" ||
    typeof key !== "string" ||
    !/^\s*,\s*$/.test(item) ||
    !/^\s*:\s*$/.test(key)
  ) {
    throw read.wrong("separators", "a comma and a colon");
  }
  return [item, key];
}

/** numcodecs' form, which breaks lines at 80 characters. */
function printed({ encoding, ...rest }: JsonObject): string {
  const separators = rest["separators"]!;
  // The decoder's options stand last.
  const { strict, ...options } = rest;
  const values: [string, string][] = Object.keys(options)
    .sort()
    .map((key) => [key, key === "separators" ? tuple(separators) : pythonValue(options[key]!)]);
  const words = [["encoding", pythonValue(encoding!)], ...values, ["strict", pythonValue(strict!)]].map(
    ([key, value]) => `${key}=${value}`,
  );
  return wrapped(`JSON(${words.join(", ")})`);
}

function tuple(separators: JsonObject[string]): string {
  const text = pythonValue(separators);
  return `(${text.slice(1, -1)})`;
}

const LINE = 80;
const INDENT = "     ";

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= LINE) line = longer;
    else {
      lines.push(line);
      line = INDENT + word;
    }
  }
  return [...lines, line].join("\n");
}

function make({ options, configuration }: Settings, given: JsonObject, text: string): Codec {
  return {
    kind: "array-bytes",
    name: NAME,
    configuration: given,
    toString: () => text,
    toV2: () => ({ id: "json2", ...configuration }),
    bind: ({ dataType, shape }) => ({
      kind: "array-bytes",
      name: NAME,
      encodedSize: undefined,
      maxEncodedSize: undefined,
      encode: (block) => new TextEncoder().encode(pythonJson(toItemList(dataType, block), options)),
      decode: (bytes) => fromItemList(parse(bytes), dataType, shape),
    }),
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    throw new CodecError("A chunk is not JSON.", { codec: NAME, cause: error });
  }
}
