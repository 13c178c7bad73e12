/**
 * Reading `.npy` files.
 *
 * @module
 */
import { NDArray } from "../dtypes/nd-array.ts";
import { parseDataTypeV2 } from "../dtypes/registry.ts";
import { bytesCodecOf } from "../codecs/bytes.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** @throws RangeError where the bytes are no `.npy`, or of a type that is read nowhere (Python objects). */
export async function readNpy(bytes: Uint8Array): Promise<NDArray> {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw new RangeError("This is no .npy file.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3 || bytes.length < 12)
    throw new RangeError(`There is no version ${major} of .npy.`);
  const [length, start] = major === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  if (start + length > bytes.length) throw new RangeError("The header of the .npy file is cut off.");
  const header = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(
    bytes.subarray(start, start + length),
  );
  const { descr, isFortran, shape } = parseHeader(header);
  const dataType = parseDataTypeV2(descr);
  const size = shape.reduce((product, each) => product * each, 1);
  const wanted = size * dataType.itemSize;
  const body = bytes.subarray(start + length);
  if (dataType.itemSize === 0 || !(body.length >= wanted))
    throw new RangeError(`The .npy file has ${body.length} bytes of values, and its header says ${wanted}.`);
  // Column-major values are those of the reversed shape, seen with reversed axes.
  const stored = isFortran ? [...shape].reverse() : shape;
  const bound = bytesCodecOf("stored").bind({
    shape: stored,
    dataType,
    fillValue: dataType.defaultFillValue,
  });
  if (bound.kind !== "array-bytes") throw new TypeError("The codec of plain bytes makes arrays of them.");
  const block = await bound.decode(body.slice(0, wanted));
  const seen = isFortran ? { ...block, shape, stride: [...block.stride].reverse() } : block;
  return NDArray.fromBlock(dataType, seen);
}

/** The values of a `.npy` header: a Python dictionary of three known keys. */
function parseHeader(text: string): { descr: string; isFortran: boolean; shape: number[] } {
  const descr = /'descr':\s*'([^']+)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined)
    throw new RangeError("The header of the .npy file is not one of plain elements.");
  const lengths = shape
    .split(",")
    .flatMap((part) => (part.trim() === "" ? [] : [Number(part.trim().replace(/L$/, ""))]));
  if (lengths.some((length) => !Number.isSafeInteger(length) || length < 0))
    throw new RangeError(`The .npy file has the shape (${shape}).`);
  return { descr, isFortran: order === "True", shape: lengths };
}

/** Raw bytes in C order, little-endian, as an array of a shape and the data type of `like`. */
export async function readRaw(
  bytes: Uint8Array,
  shape: readonly number[],
  dataType: NDArray["dataType"],
): Promise<NDArray> {
  const size = shape.reduce((product, each) => product * each, 1);
  const wanted = size * dataType.itemSize;
  if (dataType.itemSize === 0 || bytes.length !== wanted)
    throw new RangeError(
      `There are ${bytes.length} bytes for ${size} elements of ${String(dataType)}, which have ${wanted}.`,
    );
  const bound = bytesCodecOf(dataType.hasEndianness ? "little" : undefined).bind({
    shape,
    dataType,
    fillValue: dataType.defaultFillValue,
  });
  if (bound.kind !== "array-bytes") throw new TypeError("The codec of plain bytes makes arrays of them.");
  return NDArray.fromBlock(dataType, await bound.decode(bytes));
}
