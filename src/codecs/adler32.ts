import { adler32 } from "../kernels/adler32.ts";
import { numcodecsChecksumCodec } from "./checksum-bytes.ts";
import type { CodecDefinition } from "./codec.ts";

/** `numcodecs.adler32`: four bytes of Adler-32, before the data unless `location` is `end`. */
export const adler32Codec: CodecDefinition = numcodecsChecksumCodec({
  id: "adler32",
  className: "Adler32",
  location: "start",
  checksum: adler32,
});
