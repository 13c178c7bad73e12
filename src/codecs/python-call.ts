import type { JsonValue } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";

/** Text that `pythonCall` prints as it is, for example the name of a constant. */
export class PythonName {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A call as Python prints it, which is how zarr-python shows codecs.
 *
 * @example
 * ```ts
 * pythonCall("ZstdCodec", { level: 0, checksum: false }); // ZstdCodec(level=0, checksum=False)
 * ```
 */
export function pythonCall(name: string, values: Readonly<Record<string, JsonValue | PythonName>>): string {
  const items = Object.entries(values).map(([key, value]) => `${key}=${pythonValue(value)}`);
  return `${name}(${items.join(", ")})`;
}

/** How zarr-python shows a `numcodecs.` codec of v3: class, name, and configuration. */
export function numcodecsCall(className: string, name: string, configuration: JsonValue): string {
  return pythonCall(className, { codec_name: name, codec_config: configuration });
}

/** A value as Python prints it. */
export function pythonValue(value: JsonValue | PythonName): string {
  if (value instanceof PythonName) return value.text;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const escaped = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
    return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
  }
  if (isJsonArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (isJsonObject(value)) {
    const items = Object.entries(value).map(([key, item]) => `${pythonValue(key)}: ${pythonValue(item)}`);
    return `{${items.join(", ")}}`;
  }
  return String(value);
}
