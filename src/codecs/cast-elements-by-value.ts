/**
 * Conversion of all elements of a real type by the rules of one cast.
 *
 * @module
 */
import type { DataType } from "../dtypes/data-type.ts";
import type { ScalarCast } from "./cast-scalar.ts";
import { castBytes } from "./number-elements.ts";

type Scalars = { [index: number]: number | bigint; readonly length: number };

/**
 * Elements of `from`, in memory form, as elements of `to`.
 *
 * @throws RangeError when one has no counterpart.
 */
export function castAll(cast: ScalarCast, from: DataType, to: DataType, bytes: Uint8Array): Uint8Array {
  return castAllExcept(cast, from, to, bytes, undefined);
}

/** The same, but elements that are `exempt` (in memory form) and have no counterpart become what NumPy's cast makes of them. */
export function castAllExcept(
  cast: ScalarCast,
  from: DataType,
  to: DataType,
  bytes: Uint8Array,
  exempt: Uint8Array | undefined,
): Uint8Array {
  const source = scalarsOf(from, bytes);
  const target = scalarsOf(to, new Uint8Array(source.length * to.itemSize));
  const spared = exempt === undefined ? undefined : scalarsOf(from, exempt)[0];
  for (let i = 0; i < source.length; i++) {
    const value = source[i]!;
    try {
      target[i] = cast.convert(value);
    } catch (error) {
      if (exempt === undefined || !Object.is(value, spared)) throw error;
      target[i] = scalarsOf(to, castBytes(from, to, exempt))[0]!;
    }
  }
  // The list is the container of `to`, which has a fixed size.
  return to.fromContainer(target as never, 0, source.length) as Uint8Array;
}

/** Containers of real types are typed arrays of numbers or bigints. */
function scalarsOf(dataType: DataType, bytes: Uint8Array): Scalars {
  return dataType.toContainer(bytes) as unknown as Scalars;
}
