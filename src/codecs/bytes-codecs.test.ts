import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isZarrError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { DataType } from "../dtypes/data-type.ts";
import { damages, sampleBytes, samples } from "../kernels/fixtures/sample-bytes.ts";
import { snappyDecode } from "../kernels/snappy.ts";
import { adler32Codec } from "./adler32.ts";
import { base64Codec } from "./base64.ts";
import { bloscCodec, numcodecsBloscCodec } from "./blosc.ts";
import { bz2Codec } from "./bz2.ts";
import type { BoundBytesBytesCodec, ChunkSpec, Codec, CodecDefinition } from "./codec.ts";
import { crc32Codec } from "./crc32.ts";
import { crc32cCodec, numcodecsCrc32cCodec } from "./crc32c.ts";
import { fletcher32Codec } from "./fletcher32.ts";
import { gzipCodec, numcodecsGzipCodec } from "./gzip.ts";
import { jenkinsLookup3Codec } from "./jenkins-lookup3.ts";
import { lz4Codec } from "./lz4.ts";
import { lzmaCodec } from "./lzma.ts";
import { shuffleCodec } from "./shuffle.ts";
import { zlibCodec } from "./zlib.ts";
import { numcodecsZstdCodec, zstdCodec } from "./zstd.ts";

const CODECS = [
  gzipCodec,
  zlibCodec,
  zstdCodec,
  bloscCodec,
  numcodecsCrc32cCodec,
  crc32Codec,
  adler32Codec,
  fletcher32Codec,
  jenkinsLookup3Codec,
  bz2Codec,
  lzmaCodec,
  lz4Codec,
  shuffleCodec,
  base64Codec,
];
const BY_ID = new Map(CODECS.map((codec) => [codec.v2Id, codec]));

interface Fixtures {
  readonly encoded: readonly { configuration: JsonObject & { id: string }; text: string; bytes: string }[];
  readonly checksums: readonly {
    configuration: JsonObject & { id: string };
    location: string;
    checksum: string;
  }[];
  readonly snappy: string;
}
// The file is what generate-numcodecs.py beside it printed.
const FIXTURES = JSON.parse(
  readFileSync(new URL("fixtures/numcodecs.json", import.meta.url), "utf8"),
) as Fixtures;
const CONTENT = new Uint8Array(
  Uint16Array.from({ length: 600 }, (_, i) => Math.floor((i * i) / 16) % 4096).buffer,
);

describe("what numcodecs wrote", () => {
  test.each(FIXTURES.encoded.map((fixture) => [fixture.text, fixture] as const))("%s", async (_, fixture) => {
    const codec = fromV2(fixture.configuration);
    // JSON.parse rounds the id of LZMA1, which no double holds.
    if (!fixture.text.includes("4611686018427387905")) expect(String(codec)).toBe(fixture.text);
    const bound = bind(codec, 2);
    const bytes = fromBase64(fixture.bytes);
    expect(await bound.decode(bytes, { exact: CONTENT.length, max: CONTENT.length })).toEqual(CONTENT);
    expect(await bound.decode(bytes, { exact: undefined, max: 1e6 })).toEqual(CONTENT);
    expect(bytes.length).toBeLessThanOrEqual(bound.maxEncodedSize(CONTENT.length));
  });

  test.each(FIXTURES.checksums.map((fixture) => [JSON.stringify(fixture.configuration), fixture] as const))(
    "%s",
    async (_, { configuration, location, checksum }) => {
      const bound = bind(fromV2(configuration), 2);
      const parts = [fromBase64(checksum), CONTENT];
      const encoded = new Uint8Array(Buffer.concat(location === "start" ? parts : parts.reverse()));
      expect(await bound.encode(CONTENT)).toEqual(encoded);
      expect(bound.encodedSize(CONTENT.length)).toBe(encoded.length);
      expect(await bound.decode(encoded, { exact: CONTENT.length, max: CONTENT.length })).toEqual(CONTENT);
    },
  );

  test("snappy, which numcodecs has no more", () => {
    const target = new Uint8Array(CONTENT.length);
    const source = fromBase64(FIXTURES.snappy);
    expect(snappyDecode(source, 0, source.length, target, 0, target.length)).toBe(target.length);
    expect(target).toEqual(CONTENT);
  });
});

const CONFIGURATIONS: (JsonObject & { id: string })[] = [
  { id: "gzip", level: 0 },
  { id: "gzip", level: 9 },
  { id: "zlib", level: -1 },
  { id: "zstd", level: 3, checksum: true },
  { id: "zstd", level: -131072 },
  { id: "zstd", level: 22 },
  ...["lz4", "lz4hc", "blosclz", "snappy", "zlib", "zstd"].map((cname) => ({
    id: "blosc",
    cname,
    shuffle: -1,
  })),
  { id: "crc32" },
  { id: "crc32c", location: "start" },
  { id: "adler32", location: "end" },
  { id: "fletcher32" },
  { id: "jenkins_lookup3", initval: 4294967295 },
  { id: "bz2" },
  { id: "lzma" },
  { id: "lzma", format: 2, preset: 1 },
  {
    id: "lzma",
    format: 3,
    filters: [
      { id: 3, dist: 4 },
      { id: 33, preset: 0 },
    ],
  },
  { id: "lz4", acceleration: 5 },
  { id: "shuffle", elementsize: 0 },
  { id: "base64" },
];

describe.each(CONFIGURATIONS.map((json) => [JSON.stringify(json), json] as const))("%s", (_, json) => {
  test("gives back what it got, within its bounds, without changing its input", async () => {
    const slow = json.id === "lzma" || json.id === "bz2" || json["level"] === 22;
    const codec = fromV2(json);
    await fc.assert(
      fc.asyncProperty(
        samples(slow ? 30_000 : 300 * 1024),
        fc.constantFrom(1, 2, 4, 8, 17),
        async (bytes, itemSize) => {
          const bound = bind(codec, itemSize);
          const before = bytes.slice();
          const encoded = await bound.encode(bytes);
          expect(Buffer.compare(bytes, before)).toBe(0);
          expect(encoded.length).toBeLessThanOrEqual(bound.maxEncodedSize(bytes.length));
          expect([undefined, encoded.length]).toContain(bound.encodedSize(bytes.length));
          const stored = encoded.slice();
          const exact = await bound.decode(encoded, { exact: bytes.length, max: bytes.length });
          expect(Buffer.compare(exact, bytes)).toBe(0);
          expect(Buffer.compare(encoded, stored)).toBe(0);
          expect((await bound.decode(encoded, { exact: undefined, max: bytes.length })).length).toBe(
            bytes.length,
          );
        },
      ),
      { numRuns: slow ? 10 : 30 },
    );
  });

  test("another size than the exact one, and more than the most, are CodecErrors", async () => {
    const bound = bind(fromV2(json), 1);
    const encoded = await bound.encode(sampleBytes("few", 3000));
    for (const limit of [
      { exact: 2999, max: 2999 },
      { exact: 3001, max: 5000 },
      { exact: undefined, max: 2999 },
      { exact: undefined, max: 0 },
    ]) {
      const error = await failure(bound, encoded, limit);
      expect(error).toMatchObject({ name: "CodecError", code: "ZARR_CODEC", codec: fromV2(json).name });
    }
  });

  test("damaged data throw a CodecError, if anything, and stay within the limit", async () => {
    const bound = bind(fromV2(json), 4);
    const encoded = await bound.encode(sampleBytes("smooth", 2000));
    await fc.assert(
      fc.asyncProperty(damages(encoded), async (damaged) => {
        const result = await failure(bound, damaged, { exact: undefined, max: 4000 });
        if (result instanceof Uint8Array) expect(result.length).toBeLessThanOrEqual(4000);
        else if (isZarrError(result))
          expect(["CodecError", "ChecksumError", "UnsupportedError"]).toContain(result.name);
        else throw result;
      }),
      { numRuns: 100 },
    );
  });
});

test.each(["gzip", "zlib", "zstd", "lz4", "bz2", "lzma"])(
  "%s: cut off at any byte is an error",
  async (id) => {
    const bound = bind(fromV2({ id }), 1);
    const encoded = await bound.encode(sampleBytes("text", 200));
    for (let length = 0; length < encoded.length; length++) {
      const result = await failure(bound, encoded.subarray(0, length), { exact: undefined, max: 200 });
      expect(result).toMatchObject({ name: "CodecError" });
    }
    const longer = Uint8Array.of(...encoded, 1);
    expect(await failure(bound, longer, { exact: undefined, max: 1000 })).toMatchObject({
      name: "CodecError",
    });
  },
);

test.each(["crc32", "crc32c", "adler32", "fletcher32", "jenkins_lookup3"])(
  "%s: a flipped bit is a ChecksumError that tells both sums",
  async (id) => {
    const bound = bind(fromV2({ id }), 1);
    const encoded = (await bound.encode(sampleBytes("text", 101))).slice();
    encoded[50]! ^= 1;
    const error = await failure(bound, encoded, { exact: undefined, max: 200 });
    expect(error).toMatchObject({ name: "ChecksumError", codec: `numcodecs.${id}` });
    expect(error).toMatchObject({ expected: expect.stringMatching(/^0x[0-9a-f]{8}$/) });
    expect(error).toMatchObject({ actual: expect.stringMatching(/^0x[0-9a-f]{8}$/) });
  },
);

describe("printed forms and configurations are zarr-python's", () => {
  test.each<[CodecDefinition, JsonObject | undefined, string, JsonObject | undefined]>([
    [gzipCodec, { level: 5 }, "GzipCodec(level=5)", { level: 5 }],
    [zstdCodec, { level: 0 }, "ZstdCodec(level=0, checksum=False)", { level: 0, checksum: false }],
    [crc32cCodec, undefined, "Crc32cCodec()", undefined],
    [
      bloscCodec,
      { typesize: 8, cname: "lz4", clevel: 1, shuffle: "bitshuffle", blocksize: 0 },
      "BloscCodec(_tunable_attrs=set(), typesize=8, cname='lz4', clevel=1, shuffle='bitshuffle', blocksize=0)",
      { typesize: 8, cname: "lz4", clevel: 1, shuffle: "bitshuffle", blocksize: 0 },
    ],
    [zlibCodec, { level: 3 }, "Zlib(codec_name='numcodecs.zlib', codec_config={'level': 3})", { level: 3 }],
    [shuffleCodec, undefined, "Shuffle(codec_name='numcodecs.shuffle', codec_config={})", {}],
    [numcodecsZstdCodec, {}, "Zstd(codec_name='numcodecs.zstd', codec_config={})", {}],
    [numcodecsGzipCodec, undefined, "GZip(codec_name='numcodecs.gzip', codec_config={})", {}],
    [
      numcodecsBloscCodec,
      { clevel: 3, cname: "zstd", shuffle: 1 },
      "Blosc(codec_name='numcodecs.blosc', codec_config={'clevel': 3, 'cname': 'zstd', 'shuffle': 1})",
      { clevel: 3, cname: "zstd", shuffle: 1 },
    ],
  ])("$name %j", (definition, configuration, text, written) => {
    const codec = definition.fromV3(configuration, NO_CONTEXT);
    expect(String(codec)).toBe(text);
    expect(codec.configuration).toEqual(written);
    expect(codec.name).toBe(definition.name);
  });

  test("blosc takes what is left out from the data type", () => {
    const open = bloscCodec.fromV3({ cname: "lz4" }, NO_CONTEXT);
    expect(open.resolve?.(spec(8)).configuration).toEqual({
      typesize: 8,
      cname: "lz4",
      clevel: 5,
      shuffle: "shuffle",
      blocksize: 0,
    });
    expect(open.resolve?.(spec(1)).configuration).toMatchObject({ typesize: 1, shuffle: "bitshuffle" });
    expect(open.resolve?.(spec(0)).configuration).toMatchObject({ typesize: 1, shuffle: "bitshuffle" });
    expect(bloscCodec.fromV3({ level: 3 }, NO_CONTEXT).configuration).toMatchObject({ clevel: 3 });
  });

  test("shuffle takes the item size where there is no element size", async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6);
    for (const codec of [fromV2({ id: "shuffle" }), fromV2({ id: "shuffle", elementsize: 0 })]) {
      expect(await bind(codec, 2).encode(bytes)).toEqual(Uint8Array.of(1, 3, 5, 2, 4, 6));
    }
    expect(shuffleCodec.fromV3({}, NO_CONTEXT).resolve?.(spec(2)).configuration).toEqual({ elementsize: 2 });
  });

  test("toV2 is numcodecs' configuration", () => {
    expect(zstdCodec.fromV3({ level: 1, checksum: true }, NO_CONTEXT).toV2?.()).toEqual({
      id: "zstd",
      level: 1,
      checksum: true,
    });
    expect(zstdCodec.fromV3({ level: 1 }, NO_CONTEXT).toV2?.()).toEqual({ id: "zstd", level: 1 });
    expect(bloscCodec.fromV3({ shuffle: "noshuffle" }, NO_CONTEXT).toV2?.()).toEqual({
      id: "blosc",
      cname: "zstd",
      clevel: 5,
      shuffle: 0,
      blocksize: 0,
    });
    for (const json of CONFIGURATIONS)
      expect(fromV2(fromV2(json).toV2?.() ?? {}).toV2?.()).toEqual(fromV2(json).toV2?.());
  });
});

describe("configurations that are refused", () => {
  test.each<[CodecDefinition, JsonObject | undefined]>([
    [gzipCodec, undefined],
    [gzipCodec, { level: 10 }],
    [gzipCodec, { level: -1 }],
    [gzipCodec, { level: "5" }],
    [gzipCodec, { level: null }],
    [gzipCodec, { level: 5, strategy: 1 }],
    [zstdCodec, undefined],
    [zstdCodec, { level: 23 }],
    [zstdCodec, { level: 1.5 }],
    [zstdCodec, { level: 1, checksum: 1 }],
    [bloscCodec, undefined],
    [bloscCodec, { cname: "lz5" }],
    [bloscCodec, { shuffle: 1 }],
    [bloscCodec, { clevel: 10 }],
    [bloscCodec, { typesize: 0 }],
    [bloscCodec, { blocksize: -1 }],
    [numcodecsBloscCodec, { shuffle: "shuffle" }],
    [crc32cCodec, { location: "end" }],
    [crc32Codec, { location: "middle" }],
    [fletcher32Codec, { location: "end" }],
    [jenkinsLookup3Codec, { prefix: [1] }],
    [bz2Codec, { level: 0 }],
    [lz4Codec, { acceleration: "1" }],
    [shuffleCodec, { elementsize: -1 }],
    [base64Codec, { level: 1 }],
    [lzmaCodec, { format: 3 }],
    [lzmaCodec, { check: 2 }],
    [lzmaCodec, { preset: 10 }],
    [lzmaCodec, { format: 3, filters: [{ id: 4 }, { id: 33 }] }],
    [lzmaCodec, { format: 3, filters: [{ id: 3, dist: 257 }, { id: 33 }] }],
    [lzmaCodec, { format: 3, filters: [{ id: 33, lc: 3, lp: 2 }] }],
    [lzmaCodec, JSON.parse('{"__proto__":1}') as JsonObject],
  ])("$name %j", (definition, configuration) => {
    const parse = (): Codec => definition.fromV3(configuration, NO_CONTEXT);
    expect(parse).toThrow(
      expect.objectContaining({ code: "ZARR_METADATA_VALIDATION", codec: definition.name }),
    );
  });
});

const NO_CONTEXT = { parseCodecs: (): readonly Codec[] => [] };

function fromV2(json: JsonObject): Codec {
  return BY_ID.get(String(json["id"]))!.fromV2!(json);
}

function spec(itemSize: number): ChunkSpec {
  // These codecs look at nothing of a data type but its item size.
  return { shape: [1], dataType: { itemSize } as DataType, fillValue: 0 };
}

function bind(codec: Codec, itemSize: number): BoundBytesBytesCodec {
  // All codecs of this file are of that kind.
  return codec.bind(spec(itemSize)) as BoundBytesBytesCodec;
}

async function failure(
  bound: BoundBytesBytesCodec,
  bytes: Uint8Array,
  limit: { exact: number | undefined; max: number },
): Promise<unknown> {
  try {
    return await bound.decode(bytes, limit);
  } catch (error) {
    return error;
  }
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
