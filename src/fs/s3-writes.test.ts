/** Writes to S3 where the answer is lost, or the service knows less than Amazon's. */
import { expect, test } from "vitest";
import { FileExistsError, StoreError, UnsupportedError, VersionMismatchError } from "../base/errors.ts";
import { S3FileSystem } from "./s3-file-system.ts";
import type { S3FileSystemOptions } from "./s3-options.ts";
import { RequestSigner } from "./sigv4.ts";
import type { HttpRequest, Transport } from "./transport.ts";

type Answer = Response | "lost";

function open(
  answer: (request: HttpRequest, number: number) => Answer,
  options: S3FileSystemOptions = {},
): { fs: S3FileSystem; seen: HttpRequest[] } {
  const seen: HttpRequest[] = [];
  const transport: Transport = async (request) => {
    seen.push(request);
    const given = answer(request, seen.length);
    if (given === "lost") throw Object.assign(new TypeError("broken"), { cause: { code: "ECONNRESET" } });
    return given;
  };
  const requestPolicy = { retryBaseMs: 1 };
  const given = { key: "k", secret: "s", endpoint_url: "http://s3.test", requestPolicy, transport };
  return { fs: new S3FileSystem({ ...given, ...options }), seen };
}

const error = (status: number, code: string): Response =>
  new Response(`<Error><Code>${code}</Code></Error>`, { status });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a write whose answer was lost is ours if what is there is ours", async () => {
  for (const options of [{ mode: "create" }, { ifMatch: '"v"' }] as const) {
    const stored = (text: string) =>
      open(({ method }, number) =>
        method === "GET" ? new Response(text) : number === 1 ? "lost" : error(412, "PreconditionFailed"),
      ).fs.pipeFile("b/k", bytes("mine"), options);
    await stored("mine");
    await expect(stored("theirs")).rejects.toBeInstanceOf(
      "mode" in options ? FileExistsError : VersionMismatchError,
    );
  }
});

test("a conflict under way is tried again, and is no sign that we have written", async () => {
  const { fs, seen } = open((_, number) =>
    number === 1 ? error(409, "ConditionalRequestConflict") : error(412, "PreconditionFailed"),
  );
  await expect(fs.pipeFile("b/k", bytes("mine"), { ifMatch: '"v"' })).rejects.toBeInstanceOf(
    VersionMismatchError,
  );
  expect(seen.map(({ method }) => method)).toEqual(["PUT", "PUT"]);
  expect(seen[0]!.headers).toMatchObject({ "if-match": '"v"' });
});

test("a key that is gone is another version; a bucket that is gone is an error", async () => {
  const missing = (code: string) =>
    open(() => error(404, code)).fs.pipeFile("b/k", bytes("x"), { ifMatch: '"v"' });
  await expect(missing("NoSuchKey")).rejects.toBeInstanceOf(VersionMismatchError);
  const failure: unknown = await missing("NoSuchBucket").catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(StoreError);
  expect(failure).not.toBeInstanceOf(VersionMismatchError);
});

test("a service without conditions says so once, and is not asked again", async () => {
  const { fs, seen } = open(() => error(501, "NotImplemented"));
  expect(fs.supportsConditionalWrites).toBe(true);
  await expect(fs.pipeFile("b/k", bytes("x"), { ifMatch: '"v"' })).rejects.toBeInstanceOf(UnsupportedError);
  expect(fs.supportsConditionalWrites).toBe(false);
  await expect(fs.pipeFile("b/k", bytes("x"), { ifMatch: '"v"' })).rejects.toBeInstanceOf(UnsupportedError);
  expect(seen).toHaveLength(1);
  expect(open(() => new Response(), { conditional_writes: false }).fs.supportsConditionalWrites).toBe(false);
  await expect(fs.rmFile("b/k", { ifMatch: '"v"' })).rejects.toBeInstanceOf(UnsupportedError);
});

test("a version is a strong ETag that can be seen", async () => {
  const tagged = (etag: string | null) =>
    open(() => new Response("x", { headers: etag === null ? {} : { etag } })).fs.catFileVersioned("b/k");
  expect((await tagged('"v"')).version).toBe('"v"');
  for (const etag of [null, 'W/"v"']) await expect(tagged(etag)).rejects.toBeInstanceOf(UnsupportedError);
});

test("wrong conditions are errors before any request", async () => {
  const { fs, seen } = open(() => new Response());
  for (const options of [{ mode: "create", ifMatch: "v" }, { ifMatch: "" }, { ifNoneMatch: "v" }])
    await expect(fs.pipeFile("b/k", bytes("x"), options as object)).rejects.toBeInstanceOf(TypeError);
  expect(seen).toEqual([]);
});

const LISTING = `<ListBucketResult><IsTruncated>false</IsTruncated>${["d/a", "d/b", "d/c"]
  .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
  .join("")}</ListBucketResult>`;

test("a directory is deleted by one request, with both checksums", async () => {
  const { fs, seen } = open(({ method }) => new Response(method === "GET" ? LISTING : "<DeleteResult/>"));
  await fs.rmBelow("b/d");
  expect(seen.map(({ method }) => method)).toEqual(["GET", "POST"]);
  expect(seen[1]!.url).toBe("http://s3.test/b/?delete=");
  expect(seen[1]!.headers).toMatchObject({
    "content-md5": expect.any(String),
    "x-amz-checksum-sha256": expect.any(String),
  });
  expect(new TextDecoder().decode(seen[1]!.body)).toContain("<Key>d/b</Key>");
});

test("a key that is not deleted is an error; a service that has no such request gets one for each key", async () => {
  const refused = open(({ method }) =>
    method === "GET"
      ? new Response(LISTING)
      : new Response("<DeleteResult><Error><Key>d/b</Key><Code>AccessDenied</Code></Error></DeleteResult>"),
  );
  await expect(refused.fs.rmBelow("b/d")).rejects.toThrow("s3://b/d/b was not deleted: AccessDenied.");
  const { fs, seen } = open(({ method }) =>
    method === "GET"
      ? new Response(LISTING)
      : method === "POST"
        ? error(501, "NotImplemented")
        : new Response(),
  );
  await fs.rmBelow("b/d");
  await fs.rmBelow("b/d");
  expect(seen.filter(({ method }) => method === "POST")).toHaveLength(1);
  expect(seen.filter(({ method }) => method === "DELETE")).toHaveLength(6);
});

test("an upload that fails, also with status 200, removes its parts", async () => {
  const upload = (last: Response) =>
    open(
      ({ method, url }) => {
        if (method === "DELETE") return new Response(null, { status: 204 });
        if (method === "HEAD") return new Response(null, { status: 404 });
        if (method === "PUT") return new Response("", { headers: { etag: '"p"' } });
        return url.includes("uploads=") ? new Response("<R><UploadId>u&amp;1</UploadId></R>") : last;
      },
      { multipartThreshold: 10 },
    );
  const good = upload(new Response("<CompleteMultipartUploadResult/>"));
  await good.fs.pipeFile("b/k", new Uint8Array(6 * 2 ** 20));
  expect(good.seen.map(({ method }) => method)).toEqual(["POST", "PUT", "POST"]);
  expect(good.seen[1]!.url).toContain("uploadId=u%261");
  await good.fs.pipeFile("b/k", new Uint8Array(6 * 2 ** 20), { ifNoneMatch: "*" }); // in one request, which is decided at once
  expect(good.seen.slice(3).map(({ method }) => method)).toEqual(["HEAD", "PUT"]);
  const late = upload(new Response("<Error><Code>InternalError</Code></Error>"));
  await expect(late.fs.pipeFile("b/k", new Uint8Array(11))).rejects.toThrow("not completed: InternalError");
  expect(late.seen.at(-1)!.method).toBe("DELETE");
});

test("a large value that would be refused is not sent; who may not look may write", async () => {
  const attempt = async (there: Response, options: { mode: "create" } | { ifMatch: string }) => {
    const { fs, seen } = open(({ method }) => (method === "PUT" ? new Response("") : there.clone()), {
      multipartThreshold: 10,
    });
    const failure = await fs.pipeFile("b/k", new Uint8Array(11), options).catch((reason: unknown) => reason);
    return { failure, sent: seen.map(({ method }) => method) };
  };
  const found = (etag = '"v"') => new Response(null, { headers: { etag, "content-length": "11" } });
  const nothing = () => new Response(null, { status: 404 });
  const taken = await attempt(found(), { mode: "create" });
  expect(taken.failure).toBeInstanceOf(FileExistsError);
  expect(taken.sent).toEqual(["HEAD"]);
  for (const there of [found('"w"'), nothing()]) {
    const old = await attempt(there, { ifMatch: '"v"' });
    expect(old.failure).toBeInstanceOf(VersionMismatchError);
    expect(old.sent).toEqual(["HEAD"]);
  }
  const sent = { failure: undefined, sent: ["HEAD", "PUT"] };
  expect(await attempt(found(), { ifMatch: '"v"' })).toEqual(sent);
  expect(await attempt(nothing(), { mode: "create" })).toEqual(sent);
  const forbidden = await attempt(new Response(null, { status: 403 }), { mode: "create" });
  expect(forbidden.failure).toBeUndefined();
  expect(forbidden.sent.at(-1)).toBe("PUT");
});

test("a presigned URL is that of Amazon's example", async () => {
  const credentials = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
  const request = { method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/test.txt", query: [] };
  const date = new Date("2013-05-24T00:00:00Z");
  const query = await new RequestSigner().presign(request, credentials, "us-east-1", date, 86_400);
  expect(Object.fromEntries(query)["X-Amz-Signature"]).toBe(
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
});

test("sign needs keys and a sensible time", async () => {
  const { fs } = open(() => new Response());
  for (const expiration of [0, -1, 1.5, 604_801])
    await expect(fs.sign("b/k", { expiration })).rejects.toThrow(RangeError);
  const anonymous = new S3FileSystem({ anon: true, endpoint_url: "http://s3.test" });
  await expect(anonymous.sign("b/k")).rejects.toBeInstanceOf(UnsupportedError);
  expect(await fs.sign("b/a b")).toMatch(
    /^http:\/\/s3\.test\/b\/a%20b\?X-Amz-Algorithm=.*&X-Amz-Signature=[0-9a-f]{64}$/,
  );
});
