/**
 * Codecs that are known and refused, each with the reason.
 *
 * @module
 */
import { UnsupportedError } from "../base/errors.ts";
import type { BoundCodec, Codec, CodecDefinition } from "./codec.ts";

/** `pickle` of numcodecs, which is never executed. */
export const pickleCodec: CodecDefinition = refused(
  "pickle",
  "array-bytes",
  "The codec pickle is refused: its data are Python programs, which zarrkit never executes.",
);

function refused(id: string, kind: BoundCodec["kind"], message: string): CodecDefinition {
  const refuse = (): Codec => {
    throw new UnsupportedError(message, { codec: id });
  };
  return { kind, name: `numcodecs.${id}`, v2Id: id, fromV3: refuse, fromV2: refuse };
}
