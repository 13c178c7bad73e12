import { ChecksumError, CodecError } from "../base/errors.ts";
import { OutputBuffer, outputTooLong } from "./output-buffer.ts";
import { xxHash64Low } from "./xxhash64.ts";
import { decodeZstdFrame } from "./zstd-decode.ts";
import type { ZstdDictionary } from "./zstd-dictionary.ts";
import { zstdFrames } from "./zstd-frame.ts";

/**
 * Decodes all frames of a zstd value, with their checksums, at once and without the runtime's
 * decoder: for documents that other layers read.
 *
 * @param max The most bytes there may be.
 * @param dictionary What the frames were encoded with.
 * @throws CodecError when a frame is damaged, lies about its size, or there are more bytes than `max`;
 * ChecksumError when a checksum does not match.
 */
export function decodeZstdValue(bytes: Uint8Array, max: number, dictionary?: ZstdDictionary): Uint8Array {
  const frames = zstdFrames(bytes, dictionary?.id);
  let expected = 0;
  for (const { contentSize, contentBound } of frames) {
    if (contentSize !== undefined && contentSize > contentBound)
      throw new CodecError("A zstd frame says more bytes than its blocks can hold.", {
        expected: contentSize,
        actual: contentBound,
      });
    expected += contentSize ?? Math.min(contentBound, max);
  }
  if (expected > max && frames.every(({ contentSize }) => contentSize !== undefined))
    throw outputTooLong(max);
  if (dictionary !== undefined && frames.length > 1)
    throw new CodecError("A zstd value with a dictionary has more than one frame.");
  const before = dictionary?.content ?? new Uint8Array(0);
  const output = new OutputBuffer(
    before.length + max,
    before.length + Math.min(expected, bytes.length * 64 + 4096),
  );
  output.append(before);
  for (const frame of frames) {
    const start = output.length;
    decodeZstdFrame(bytes, frame, output, dictionary);
    if (!frame.hasChecksum) continue;
    const stored = new DataView(bytes.buffer, bytes.byteOffset + frame.end - 4, 4).getUint32(0, true);
    if (stored !== xxHash64Low(output.bytes.subarray(start, output.length)))
      throw new ChecksumError("The checksum of a zstd frame is not the one that is stored.");
  }
  return before.length === 0 ? output.take() : output.bytes.slice(before.length, output.length);
}
