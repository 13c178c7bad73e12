import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StoreError } from "../../base/errors.ts";
import { deflateRaw, inflateRaw, inflateWithStream } from "./deflate.ts";
import { runs } from "../../../test/effort.ts";

test("what is deflated inflates to the same bytes, by either engine", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
      const deflated = await deflateRaw(bytes);
      expect(await inflateRaw(deflated, bytes.length)).toEqual(bytes);
      expect(await inflateWithStream(deflated, bytes.length)).toEqual(bytes);
    }),
    { numRuns: runs(50) },
  );
});

const zeros = deflateRawSync(new Uint8Array(2 ** 24));

test("a stream that holds more than declared is an error before it is all inflated", async () => {
  for (const inflate of [inflateRaw, inflateWithStream])
    await expect(inflate(zeros, 1000)).rejects.toThrow(/declare 1000 bytes hold more/);
});

test("a size that the stream cannot hold is refused before anything is inflated", async () => {
  await expect(inflateRaw(zeros.subarray(0, 10), 2 ** 32)).rejects.toBeInstanceOf(StoreError);
});

test("a stream that holds less than declared, or is damaged or cut, is an error", async () => {
  const bytes = deflateRawSync(Uint8Array.from({ length: 3000 }, (_, i) => i * i));
  await expect(inflateRaw(bytes, 3001)).rejects.toBeInstanceOf(StoreError);
  const damaged = bytes.map((byte) => byte ^ 0xff);
  for (const inflate of [inflateRaw, inflateWithStream]) {
    await expect(inflate(bytes.subarray(0, bytes.length >> 1), 3000)).rejects.toBeInstanceOf(StoreError);
    await expect(inflate(damaged, 3000)).rejects.toBeInstanceOf(StoreError);
  }
});

test("an abort rejects with its reason", async () => {
  const reason = new Error("enough");
  const options = { signal: AbortSignal.abort(reason) };
  await expect(inflateRaw(zeros, 2 ** 24, options)).rejects.toBe(reason);
  await expect(inflateWithStream(zeros, 2 ** 24, options)).rejects.toBe(reason);
  await expect(deflateRaw(zeros, options)).rejects.toBe(reason);
});
