import { expect, test } from "vitest";
import { CodecError, MetadataValidationError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { BoundBytesBytesCodec } from "./codec.ts";
import { specOf } from "./fixtures/run-codec.ts";
import { codecRegistry } from "./registry.ts";

const LIMIT = { exact: 400, max: 400 };
const CHECKED_GZIP: JsonObject = {
  codecs: [{ name: "gzip", configuration: { level: 5 } }, { name: "crc32c" }],
};

async function bindConditional(configuration: JsonObject): Promise<BoundBytesBytesCodec> {
  const json = [{ name: "conditional", configuration }];
  await codecRegistry.loadV3(json);
  return codecRegistry.parseV3(json)[0]!.bind(specOf("uint8", [400])) as BoundBytesBytesCodec; // its kind
}

test("codecs that make a chunk smaller are applied, the others skipped, and the header says which", async () => {
  const codec = await bindConditional(CHECKED_GZIP);
  const zeros = new Uint8Array(400);
  const packed = await codec.encode(zeros);
  expect(packed[0]).toBe(0b11);
  expect(packed.length).toBeLessThan(100);
  expect(await codec.decode(packed, LIMIT)).toEqual(zeros);
  let seed = 1;
  const noise = Uint8Array.from({ length: 400 }, () => (seed = (seed * 48271) % 2147483647) & 255);
  const stored = await codec.encode(noise);
  expect(stored[0]).toBe(0b10);
  expect(stored).toHaveLength(1 + 400 + 4);
  expect(await codec.decode(stored, LIMIT)).toEqual(noise);
  expect(stored.length).toBeLessThanOrEqual(codec.maxEncodedSize(400));
});

test("a chunk that skipped everything is its header and its bytes; reserved bits must be zero", async () => {
  const codec = await bindConditional({ ...CHECKED_GZIP, header_bits: 16 });
  const bytes = new Uint8Array(402);
  expect(await codec.decode(bytes, LIMIT)).toEqual(new Uint8Array(400));
  bytes[1] = 1;
  expect(() => codec.decode(bytes, LIMIT)).toThrow(CodecError);
  expect(() => codec.decode(new Uint8Array(1), LIMIT)).toThrow(CodecError);
  expect(() => codec.decode(new Uint8Array(403), LIMIT)).toThrow(CodecError);
});

test("configurations are checked", async () => {
  for (const configuration of [
    {},
    { codecs: [{ name: "bytes" }] },
    { ...CHECKED_GZIP, header_bits: 12 },
    { ...CHECKED_GZIP, header_bits: 0 },
    { ...CHECKED_GZIP, mask: 1 },
  ] as JsonObject[]) {
    await expect(bindConditional(configuration)).rejects.toThrow(MetadataValidationError);
  }
});
