/** What a browser's cache does to requests and answers, done by a transport. */
import { expect, test } from "vitest";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import { S3FileSystem } from "./s3-file-system.ts";
import { fetchTransport } from "./transport.ts";

/** Reads an object of ten bytes while `rewrite` changes what range is asked for. */
async function readTen(rewrite: (range: string | undefined) => string | undefined, bounds?: object): Promise<string> {
  const server = await startS3({ buckets: { b: { objects: { o: "0123456789" } } }, credentials: { k: "s" } });
  const fs = new S3FileSystem({
    endpoint_url: server.url,
    key: "k",
    secret: "s",
    transport: (request) => {
      const { range: given, ...headers } = request.headers;
      const range = rewrite(given);
      return fetchTransport({ ...request, headers: range === undefined ? headers : { ...headers, range } });
    },
  });
  try {
    return new TextDecoder().decode(await fs.catFile("b/o", bounds));
  } finally {
    await server.close();
  }
}

test("a range may be rewritten on its way without spoiling the signature", async () => {
  const shorten = (range: string | undefined) => (range === "bytes=8-19" ? "bytes=8-9" : range);
  expect(await readTen(shorten, { start: 8, end: 20 })).toBe("89");
});

test("a whole value that comes as a 206 of all of it is the value, and a part of it is an error", async () => {
  expect(await readTen(() => "bytes=0-9")).toBe("0123456789");
  await expect(readTen(() => "bytes=0-8")).rejects.toThrow("answered a part where the whole value was asked for");
});
