import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wantedBytes } from "./byte-ranges.ts";
import { ask, bodyOf, bytes, valueHandler } from "./fixtures/asking.ts";

describe("ranges", () => {
  const { handler } = valueHandler();
  const ranged = (range: string, headers: Record<string, string> = {}): Promise<Response> =>
    ask(handler, "/a/c/0", { headers: { range, ...headers } });

  test.each([
    ["bytes=0-0", 0, 1],
    ["bytes=5-9", 5, 10],
    ["bytes=90-", 90, 100],
    ["bytes=-3", 97, 100],
    ["bytes=-300", 0, 100],
    ["bytes=98-500", 98, 100],
    ["bytes=0-99", 0, 100],
    ["BYTES = 1-2", 1, 3],
    ["bytes=, 1-2 ,", 1, 3],
    ["bytes=0-4,3-9", 0, 10],
    ["bytes=0-4,5-9", 0, 10],
    ["bytes=7-8,200-", 7, 9],
  ])("%s", async (range, start, end) => {
    const response = await ranged(range);
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/100`);
    expect(response.headers.get("content-length")).toBe(String(end - start));
    expect(await bodyOf(response)).toEqual([...bytes.subarray(start, end)]);
  });

  test.each(["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=5-4", "bytes=100-,-0"])(
    "%s is 416",
    async (range) => {
      const response = await ranged(range);
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe("bytes */100");
    },
  );

  test.each([
    "items=0-1",
    "bytes=a-b",
    "bytes=",
    "bytes=-",
    "bytes=1",
    "bytes=1-2-3",
    "bytes=1-2,4-3",
    `bytes=${"0-0,".repeat(200)}1-1`,
  ])("%s is ignored", async (range) => {
    const response = await ranged(range);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual([...bytes]);
  });

  test("an empty value has no ranges, and is served", async () => {
    expect((await ask(handler, "/empty")).status).toBe(200);
    const response = await ask(handler, "/empty", { headers: { range: "bytes=-5" } });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe("bytes */0");
  });

  test("several ranges come as parts", async () => {
    const response = await ranged("bytes=1-2, 50-51,-2");
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBeNull();
    const type = response.headers.get("content-type")!;
    expect(type).toMatch(/^multipart\/byteranges; boundary=/);
    const form = new TextDecoder("latin1").decode(await response.arrayBuffer());
    const parts = form.split(`--${type.split("boundary=")[1]}`).slice(1, -1);
    expect(parts.map((part) => /Content-Range: (.*)\r\n\r\n([\s\S]*)\r\n$/.exec(part)!.slice(1))).toEqual([
      ["bytes 1-2/100", "\u0001\u0002"],
      ["bytes 50-51/100", "23"],
      ["bytes 98-99/100", "bc"],
    ]);
  });

  test("a HEAD has no ranges", async () => {
    const response = await ask(handler, "/a/c/0", { method: "HEAD", headers: { range: "bytes=0-1" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe("100");
    expect(await bodyOf(response)).toEqual([]);
  });

  test("spans lie in the value, are never empty and cover what was asked for", () => {
    const piece = fc
      .tuple(fc.option(fc.nat(150)), fc.option(fc.nat(150)))
      .filter(([a, b]) => a !== null || b !== null);
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), fc.nat(120), (pieces, size) => {
        const wanted = wantedBytes(
          `bytes=${pieces.map(([a, b]) => `${a ?? ""}-${b ?? ""}`).join(",")}`,
          size,
        );
        if (wanted.kind === "whole") return;
        const covered = new Set<number>();
        for (const { start, end } of wanted.kind === "spans" ? wanted.spans : []) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(size);
          for (let at = start; at < end; at++) {
            expect(covered.has(at)).toBe(false); // spans do not overlap
            covered.add(at);
          }
        }
        const expected = new Set<number>();
        for (const [a, b] of pieces) {
          const from = a ?? Math.max(0, size - b!);
          const to = a === null ? size - 1 : (b ?? size - 1);
          for (let at = from; at <= Math.min(to, size - 1); at++) expected.add(at);
        }
        expect([...covered].sort((x, y) => x - y)).toEqual([...expected].sort((x, y) => x - y));
      }),
    );
  });
});
