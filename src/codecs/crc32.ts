import { crc32 } from "../kernels/crc32.ts";
import { numcodecsChecksumCodec } from "./checksum-bytes.ts";
import type { CodecDefinition } from "./codec.ts";

/** `numcodecs.crc32`: four bytes of CRC-32, before the data unless `location` is `end`. */
export const crc32Codec: CodecDefinition = numcodecsChecksumCodec({
  id: "crc32",
  className: "CRC32",
  location: "start",
  checksum: (bytes) => crc32(bytes),
});
