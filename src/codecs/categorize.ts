/**
 * `categorize` of numcodecs: texts as numbers of labels.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/filter/categorize.html
 * @module
 */
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import { sizeOf, wrapBlock } from "../kernels/block.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { BoundArrayArrayCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { contiguousBytes } from "./contiguous.ts";
import { integerRange } from "./number-elements.ts";
import { isInteger, readNumpyType } from "./numpy-type.ts";
import type { NumpyType } from "./numpy-type.ts";
import { numcodecsCall, pythonCall, PythonName, pythonValue } from "./python-call.ts";
import { blockScalars, scalarsBlock } from "./scalar-block.ts";

const NAME = "numcodecs.categorize";
const SHOWN_LABELS = 3;

interface Settings {
  readonly labels: readonly string[];
  /** As configured: `|O` or `<U5`. */
  readonly dtype: string;
  readonly astype: NumpyType;
}

/**
 * `categorize`: `labels`, `dtype` of the decoded elements (`|O`, or a fixed-length text) and `astype`, an integer type
 * (default `|u1`). Label i is stored as i + 1. The empty text, `null` and the fill value are stored as 0, which
 * decodes to the empty text; any other value that is no label is a RangeError.
 */
export const categorizeCodec: CodecDefinition = {
  kind: "array-array",
  name: NAME,
  v2Id: "categorize",
  fromV3: (configuration) => fromConfiguration(configuration, false),
  fromV2: (configuration) => fromConfiguration(configuration, true),
};

function fromConfiguration(configuration: JsonObject | undefined, isV2: boolean): Codec {
  const read = new CodecConfiguration(isV2 ? "categorize" : NAME, configuration, true);
  read.value("id");
  const given = read.value("labels");
  if (!isJsonArray(given)) throw read.wrong("labels", "a list of texts");
  const labels = given.map((label) => {
    if (typeof label !== "string") throw read.wrong("labels", "a list of texts");
    return label;
  });
  const dtype = read.value("dtype");
  if (typeof dtype !== "string" || !/^(\|?O|object|string|[<>=|]?U\d+)$/.test(dtype)) {
    throw read.wrong("dtype", "|O or a data type of texts");
  }
  const astype = readNumpyType(read, "astype", isV2) ?? readNumpyType(DEFAULTS, "astype", isV2)!;
  if (!isInteger(astype.dataType) || BigInt(labels.length) > integerRange(astype.dataType).most) {
    throw read.wrong("astype", `an integer data type that can number ${labels.length} labels`);
  }
  read.done();
  return make(configuration ?? {}, { labels, dtype, astype }, isV2);
}

const DEFAULTS = new CodecConfiguration(NAME, { astype: "|u1" });

function make(configuration: JsonObject, settings: Settings, isV2: boolean): Codec {
  const { labels, dtype, astype } = settings;
  const shown = labels.slice(0, SHOWN_LABELS).map((label) => pythonValue(label));
  const listed = `[${shown.join(", ")}${labels.length > SHOWN_LABELS ? ", ..." : ""}]`;
  return {
    kind: "array-array",
    name: NAME,
    configuration,
    takesObjects: true,
    toString: () =>
      isV2
        ? pythonCall("Categorize", { dtype, astype: astype.text, labels: new PythonName(listed) })
        : numcodecsCall("Categorize", NAME, configuration),
    bind: (spec) => bind(settings, spec),
    toV2: () => ({ id: "categorize", labels, dtype, astype: astype.text }),
  };
}

function bind({ labels, astype }: Settings, spec: ChunkSpec): BoundArrayArrayCodec {
  const { dataType, shape, fillValue } = spec;
  if (dataType.castKind !== "string" && dataType.castKind !== "other") {
    throw new MetadataValidationError(`The codec ${NAME} cannot categorize ${dataType.name}.`, {
      codec: NAME,
      actual: dataType.name,
    });
  }
  const encodedType = astype.dataType;
  const { itemSize } = encodedType;
  // Of two equal labels the last one counts, as in numcodecs.
  const codes = new Map<unknown, number>(labels.map((label, i) => [label, i + 1]));
  const codeOf = (value: unknown): number => {
    const code = codes.get(value);
    if (code !== undefined) return code;
    const isNone = value === "" || value === null || value === undefined;
    if (isNone || Object.is(value, fillValue)) return 0;
    throw new RangeError(`${pythonText(value)} is none of the ${labels.length} labels of the codec ${NAME}.`);
  };
  const scalarOf = (code: number): unknown => encodedType.toScalar(code);
  return {
    kind: "array-array",
    name: NAME,
    encoded: { shape, dataType: encodedType, fillValue: scalarOf(codeOf(fillValue)) },
    encode(block) {
      const bytes = new Uint8Array(sizeOf(shape) * itemSize);
      for (const [i, value] of blockScalars(dataType, block).entries()) {
        encodedType.writeScalar(scalarOf(codeOf(value)), bytes, i * itemSize);
      }
      return wrapBlock(bytes, shape, itemSize);
    },
    decode(block) {
      const bytes = contiguousBytes(block);
      const values = Array.from({ length: sizeOf(shape) }, (_, i) => {
        const code = Number(encodedType.readScalar(bytes, i * itemSize));
        if (code === 0) return "";
        const label = labels[code - 1];
        if (label === undefined) {
          throw new CodecError(
            `A chunk has the number ${code} of a label, of which there are ${labels.length}.`,
            {
              codec: NAME,
              expected: labels.length,
              actual: code,
            },
          );
        }
        return label;
      });
      return scalarsBlock(dataType, values, shape);
    },
  };
}

function pythonText(value: unknown): string {
  return typeof value === "string" ? pythonValue(value) : `A value of type ${typeof value}`;
}
