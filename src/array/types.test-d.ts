/** What the compiler knows of arrays and reads, and what it refuses; `tsc` runs this file, nothing else does. */
import type { Complex } from "../dtypes/complex.ts";
import type { NDArray, Scalar, ZarrArray, ZarrNode } from "../index.ts";
import { createArray, full, newAxis, open, openArray, openGroup, ZarrGroup, slice, zeros } from "../index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes a value whose type is exactly `T`. */
function exactly<T>() {
  return <V>(_value: V, ..._proof: Equal<V, T> extends true ? [] : ["another type", V]): void => {};
}

declare const floats: ZarrArray<"float64">;
declare const longs: ZarrArray<"int64">;
declare const texts: ZarrArray<"string">;
declare const any: ZarrArray;
declare const index: number;
declare const list: number[];

export async function reads(): Promise<void> {
  // No selection, and everything that holds a slice, null, "...", a new axis or an array, gives an NDArray.
  exactly<Float64Array>()((await floats.get([slice(0, 2), 1])).data);
  exactly<NDArray<"float64">>()(await floats.get([null, 0]));
  exactly<NDArray<"float64">>()(await floats.get([0, "..."]));
  exactly<NDArray<"float64">>()(await floats.get([newAxis, 0]));
  exactly<NDArray<"float64">>()(await floats.get([[0, 2]]));
  exactly<NDArray<"float64">>()(await floats.get([Int32Array.of(1), 0]));
  exactly<NDArray<"float64">>()(await floats.get(slice(3)));
  exactly<NDArray<"float64">>()(await floats.get("..."));
  exactly<NDArray<"float64">>()(await floats.get("500:600, 500:600"));
  exactly<NDArray<"float64">>()(await floats.get("0, ..."));
  exactly<BigInt64Array>()((await longs.get("::2")).data);
  exactly<string[]>()((await texts.get([slice(1)])).data);

  // What may be a scalar is one or the other until it is looked at: the rank is not known.
  exactly<NDArray<"float64"> | number>()(await floats.get([0, 1]));
  exactly<NDArray<"int64"> | bigint>()(await longs.get([0]));
  exactly<NDArray<"string"> | string>()(await texts.get(0));
  exactly<NDArray<"float64"> | number>()(await floats.get());
  exactly<NDArray<"float64"> | number>()(await floats.get(null));
  exactly<NDArray<"float64"> | number>()(await floats.get("0, 1"));
  exactly<NDArray<"float64"> | number>()(await floats.get([index, index]));
  exactly<NDArray<"float64"> | number>()(await floats.get(list));
  exactly<NDArray | Scalar>()(await any.get([0]));
  // @ts-expect-error: it may be a scalar
  exactly<Float64Array>()((await floats.get([0, 1])).data);
  // @ts-expect-error: floats are no integers
  exactly<Int32Array>()((await floats.get("...")).data);

  // With `out` the result is that very object.
  const buffer = new Float64Array(4);
  exactly<typeof buffer>()(await floats.get([slice(4)], { out: buffer }));
  const strided = { data: buffer, shape: [2, 2], stride: [2, 1] };
  exactly<typeof strided>()(await floats.get("...", { out: strided }));
  // @ts-expect-error: integers do not fit
  await floats.get("...", { out: new Int32Array(4) });
  // @ts-expect-error: there is no such option
  await floats.get("...", { ouput: buffer });

  // The long names and indexers.
  exactly<NDArray<"float64"> | number>()(await floats.getBasicSelection([0]));
  exactly<NDArray<"float64">>()(await floats.oindex.get([[0, 1], slice(2)]));
  exactly<NDArray<"float64"> | number>()(await floats.oindex.get([0, 1]));
  exactly<NDArray<"float64">>()(await floats.vindex.get([list, list]));
  exactly<NDArray<"float64">>()(await floats.blocks.get([0, 1]));
  exactly<typeof buffer>()(await floats.blocks.get([0], { out: buffer }));
  // @ts-expect-error: blocks take no arrays
  await floats.blocks.get([[0, 1]]);
  // @ts-expect-error: nor does the basic selection
  await floats.getBasicSelection([[0, 1]]);
  // @ts-expect-error: an object is no selection
  await floats.get({ from: 1 });
  for await (const chunk of floats.iterChunks()) exactly<NDArray<"float64">>()(chunk.data);
}

export async function arrays(): Promise<void> {
  exactly<number | null>()(floats.fillValue);
  exactly<bigint | null>()(longs.fillValue);
  exactly<"float64">()(floats.dtype);
  exactly<string>()(any.dtype);

  // Opening with a data type narrows, and so does `is`.
  exactly<ZarrArray<"float32">>()(await openArray("a", { dtype: "float32" }));
  exactly<ZarrArray>()(await openArray("a"));
  if (any.is("int16")) exactly<Int16Array>()((await any.get("...")).data);
  if (any.is("complex64")) exactly<Complex | null>()(any.fillValue);
  exactly<ZarrNode>()(await open("a"));
  const node = await open("a");
  if (node instanceof ZarrGroup) await node.nmembers();
  else exactly<readonly number[]>()(node.shape);

  // Creating: the data type that is named, or zarr-python's default.
  exactly<ZarrArray<"uint8">>()(await createArray({}, { shape: [2], dtype: "uint8" }));
  exactly<ZarrArray<"float64">>()(await createArray({}, { shape: [2] }));
  exactly<ZarrArray<"int64">>()(await zeros({}, { shape: [2], dtype: "int64" }));
  exactly<ZarrArray<"float64">>()(await full({}, { shape: 2, fillValue: 1 }));
  // @ts-expect-error: a shape is a number or a list of numbers
  await createArray({}, { shape: "2" });
  // @ts-expect-error: modes are r, r+, a, w and w-
  await openGroup({}, { mode: "x" });
  // @ts-expect-error: orders are C and F
  await createArray({}, { shape: [1], order: "K" });
  // @ts-expect-error: an array of one type is none of another
  const wrong: ZarrArray<"int32"> = floats;
  // An array of one type is an array.
  const right: ZarrArray = floats;
  await Promise.all([wrong.close(), right.close()]);
}

export function data(nd: NDArray<"float64">, bools: NDArray<"bool">, times: NDArray<"datetime64[ns]">): void {
  exactly<Float64Array>()(nd.data);
  exactly<number>()(nd.get(0, 1));
  exactly<Uint8Array>()(bools.data);
  exactly<boolean>()(bools.get(0));
  exactly<bigint>()(times.get(0));
  // @ts-expect-error: results are not written through their shape
  nd.shape[0] = 1;
  // @ts-expect-error: nor are attributes, which are a frozen copy
  floats.attrs.title = "new";
}
