/**
 * The `crc32c` codec, and `numcodecs.crc32c`: four bytes of CRC-32C.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/crc32c/index.html
 * @module
 */
import { crc32c } from "../kernels/crc32c.ts";
import { bytesBytesCodec } from "./bytes-bytes.ts";
import { checksumTransform, numcodecsChecksumCodec } from "./checksum-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { CodecDefinition } from "./codec.ts";

/** `crc32c`, after the data. It has no configuration. */
export const crc32cCodec: CodecDefinition = {
  kind: "bytes-bytes",
  name: "crc32c",
  fromV3(configuration) {
    new CodecConfiguration("crc32c", configuration).done();
    return bytesBytesCodec({
      name: "crc32c",
      configuration: undefined,
      text: "Crc32cCodec()",
      v2: { id: "crc32c" },
      transform: () => checksumTransform(crc32c, "end"),
    });
  },
};

/** `numcodecs.crc32c`, and `crc32c` of v2: `location` is `start` or `end`, by default `end`. */
export const numcodecsCrc32cCodec: CodecDefinition = numcodecsChecksumCodec({
  id: "crc32c",
  className: "CRC32C",
  location: "end",
  checksum: (bytes) => crc32c(bytes),
});
