/** What browsers do to requests and answers, done by a transport. */
import { expect, test } from "vitest";
import { FileNotFoundError } from "../base/errors.ts";
import { startHttp } from "../../test/servers/embedded-http.mjs";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import { HTTPFileSystem } from "./http-file-system.ts";
import { S3FileSystem } from "./s3-file-system.ts";
import { fetchTransport } from "./transport.ts";

/** Reads an object of ten bytes while `rewrite` changes what range is asked for. */
async function readTen(
  rewrite: (range: string | undefined) => string | undefined,
  bounds?: object,
): Promise<string> {
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
  await expect(readTen(() => "bytes=0-8")).rejects.toThrow(
    "answered a part where the whole value was asked for",
  );
});

test("a suffix range that a browser refuses to send is sent once, and not again to this origin", async () => {
  const server = await startHttp({ files: { "/a": "0123456789" } });
  const asked: string[] = [];
  const fs = new HTTPFileSystem({
    transport: async (request) => {
      asked.push(request.headers["range"] ?? request.method);
      if (request.headers["range"]?.startsWith("bytes=-") === true) throw new TypeError("Failed to fetch");
      return fetchTransport(request);
    },
  });
  await expect(fs.catFile(`${server.url}/missing`, { start: -3 })).rejects.toThrow(FileNotFoundError);
  expect(asked).toEqual(["bytes=-3", "HEAD"]);
  expect(new TextDecoder().decode(await fs.catFile(`${server.url}/a`, { start: -3 }))).toBe("789");
  expect(asked.slice(2)).toEqual(["HEAD", "bytes=7-9"]);
  await server.close();
});
