import { Float16Array as PortableFloat16Array, type Float16Array } from "@petamoriken/float16";
import type { TypedArrayClass } from "./typed-array-view.ts";

/**
 * The runtime's `Float16Array`, else that of `@petamoriken/float16`, which wraps a `Uint16Array`.
 * Both are views over the same bytes.
 */
export const Float16ArrayClass: TypedArrayClass<Float16Array> =
  (globalThis as { Float16Array?: TypedArrayClass<Float16Array> }).Float16Array ?? PortableFloat16Array;

/** What `float16` arrays hold their data in. */
export type Float16Data = Float16Array;
