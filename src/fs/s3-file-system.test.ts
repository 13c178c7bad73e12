import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileExistsError, FileNotFoundError, IsADirectoryError, StoreError } from "../base/errors.ts";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import type { S3Server, S3ServerOptions } from "../../test/servers/embedded-s3.mjs";
import { S3FileSystem } from "./s3-file-system.ts";
import type { S3FileSystemOptions } from "./s3-options.ts";
import { fetchTransport } from "./transport.ts";
import type { HttpRequest, HttpResponse } from "./transport.ts";

const ODD_KEYS = [
  "a b",
  "a+b",
  "a%20b",
  "a#b?c=d&e",
  "ü/日本/🙂",
  "quote'(x)!*",
  "tab\tand\\back",
  "colon:semi;comma,",
  "~-_.",
  "=@$",
  "<xml>&amp;",
];
let server: S3Server;
const variables = { ...process.env };

beforeEach(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent/credentials";
  process.env["AWS_CONFIG_FILE"] = "/nonexistent/config";
  process.env["AWS_EC2_METADATA_DISABLED"] = "true"; // no test leaves this machine
  server = await start();
});
afterEach(async () => {
  process.env = { ...variables };
  await server.close();
});

function start(options: S3ServerOptions = {}): Promise<S3Server> {
  return startS3({
    buckets: {
      open: {
        public: true,
        objects: { "data/.zgroup": "{}", "data/a/c.0": "0123456789", "data/empty": "", top: "t" },
      },
      "read-only": { public: true, list: false, objects: { x: "x" } },
      private: { objects: { secret: "s" } },
      "us-west": { region: "us-west-2", objects: { x: "x" } },
      moved: { region: "eu-west-1", wrongRegionStatus: 301, objects: { x: "x" } },
      pays: { public: true, requesterPays: true, objects: { x: "x" } },
    },
    credentials: {
      me: "mysecret",
      temp: { secret: "tempsecret", token: "temptoken" },
      old: { secret: "oldsecret", token: "oldtoken", expired: true },
    },
    ...options,
  });
}

const signed = (options: S3FileSystemOptions = {}): S3FileSystem =>
  new S3FileSystem({
    key: "me",
    secret: "mysecret",
    endpoint_url: server.url,
    requestPolicy: { retryBaseMs: 1, maxAttempts: 4 },
    ...options,
  });
const anonymous = (options: S3FileSystemOptions = {}): S3FileSystem =>
  new S3FileSystem({ anon: true, endpointUrl: server.url, ...options });
const text = async (bytes: Promise<Uint8Array>): Promise<string> => new TextDecoder().decode(await bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

test("an anonymous reader reads a public bucket, and no other", async () => {
  const fs = anonymous();
  expect(await text(fs.catFile("open/data/a/c.0"))).toBe("0123456789");
  expect(await text(fs.catFile("s3://open/data/a/c.0", { start: 2, end: 5 }))).toBe("234");
  expect(await text(fs.catFile("open/data/a/c.0", { start: -3 }))).toBe("789");
  expect(await text(fs.catFile("open/data/a/c.0", { start: -99 }))).toBe("0123456789");
  expect(await text(fs.catFile("open/data/a/c.0", { start: 20, end: 30 }))).toBe("");
  expect(await text(fs.catFile("open/data/a/c.0", { start: 8, end: 30 }))).toBe("89");
  expect(await text(fs.catFile("open/data/empty", { start: -5 }))).toBe("");
  expect(server.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  await expect(fs.catFile("private/secret")).rejects.toMatchObject({
    name: "StoreError",
    status: 403,
    url: `${server.url}/private/secret`,
    message: expect.stringMatching(/AccessDenied.*anonymous/),
  });
  await expect(fs.pipeFile("open/new", bytes("x"))).rejects.toMatchObject({
    name: "StoreError",
    status: 403,
  });
});

test("what is missing is missing, and a failure is none", async () => {
  const fs = signed();
  await expect(fs.catFile("open/none")).rejects.toBeInstanceOf(FileNotFoundError);
  await expect(fs.catFile("open/none", { start: -4 })).rejects.toBeInstanceOf(FileNotFoundError);
  await expect(fs.catFile("open/none", { start: 3, end: 3 })).rejects.toBeInstanceOf(FileNotFoundError);
  await expect(fs.catFile("nobucket/none")).rejects.toBeInstanceOf(FileNotFoundError);
  await expect(fs.info("open/none")).rejects.toBeInstanceOf(FileNotFoundError);
  expect(await fs.exists("open/none")).toBe(false);
  expect(await fs.exists("open/data")).toBe(true);
  expect(await fs.isFile("open/data")).toBe(false);
  expect(await fs.isDir("open/data")).toBe(true);
  await expect(signed({ secret: "wrong" }).catFile("open/none")).rejects.toMatchObject({
    name: "StoreError",
    status: 403,
    message: expect.stringContaining("SignatureDoesNotMatch"),
  });
  await expect(fs.catFile("open")).rejects.toBeInstanceOf(IsADirectoryError);
});

test("a 403 is an error unless missingStatus says otherwise, and a bad signature always is", async () => {
  const path = "read-only/none";
  await expect(anonymous().catFile(path)).rejects.toMatchObject({ name: "StoreError", status: 403 });
  const lenient = anonymous({ missing_status: 403 });
  await expect(lenient.catFile(path)).rejects.toBeInstanceOf(FileNotFoundError);
  expect(await lenient.statFile(path)).toBeUndefined();
  expect(await text(lenient.catFile("read-only/x"))).toBe("x");
  await expect(signed({ secret: "wrong", missingStatus: [403] }).catFile(path)).rejects.toMatchObject({
    name: "StoreError",
    status: 403,
  });
});

test.each(ODD_KEYS)("the key %j is written, read, listed and deleted", async (key) => {
  for (const fs of [
    signed(),
    signed({ addressingStyle: "virtual", endpoint_url: "http://s3.test", transport: viaLoopback }),
  ]) {
    const path = `private/odd/${key}`;
    await fs.pipeFile(path, bytes(key));
    expect([...server.objects("private").keys()]).toContain(`odd/${key}`);
    expect(await text(fs.catFile(path))).toBe(key);
    expect(await text(fs.catFile(path, { start: 0, end: 1 }))).toBe(
      new TextDecoder().decode(bytes(key).slice(0, 1)),
    );
    expect((await fs.info(path)).size).toBe(bytes(key).byteLength);
    expect(await fs.find("private/odd")).toEqual([path]);
    expect((await fs.ls("private/odd", { detail: false }))[0]).toBe(`private/odd/${key.split("/")[0]}`);
    await fs.rmFile(path);
    expect(await fs.find("private/odd")).toEqual([]);
  }
});

test("a key that no URL can carry is refused, not sent elsewhere", async () => {
  for (const key of ["../secret", "a/../../private/secret", "./x", "a/.", "\ud800"])
    await expect(signed().catFile(`open/${key}`)).rejects.toBeInstanceOf(StoreError);
  expect(server.requests).toEqual([]);
});

test("session tokens are sent; a wrong one is an error", async () => {
  const temp = { key: "temp", secret: "tempsecret" };
  expect(await text(signed({ ...temp, token: "temptoken" }).catFile("private/secret"))).toBe("s");
  await expect(signed({ ...temp, token: "x" }).catFile("private/secret")).rejects.toMatchObject({
    status: 400,
  });
});

test("credentials come from s3fs's nested options too", async () => {
  const fs = new S3FileSystem({
    client_kwargs: {
      endpoint_url: server.url,
      region_name: "us-west-2",
      aws_access_key_id: "me",
      aws_secret_access_key: "mysecret",
    },
  });
  expect(await text(fs.catFile("us-west/x"))).toBe("x");
  expect(server.requests[0]!.headers.authorization).toContain("/us-west-2/s3/");
});

test("credentials and endpoint come from the environment", async () => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "me",
    AWS_SECRET_ACCESS_KEY: "mysecret",
    AWS_ENDPOINT_URL: server.url,
  });
  expect(await text(new S3FileSystem().catFile("private/secret"))).toBe("s");
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_ENDPOINT_URL_S3: server.url,
    AWS_REGION: "us-west-2",
  });
  expect(await text(new S3FileSystem().catFile("us-west/x"))).toBe("x");
  expect(server.requests).toHaveLength(2);
});

test("no credentials is an error that says what to do, and nothing is sent", async () => {
  const fs = new S3FileSystem({ endpointUrl: server.url });
  await expect(fs.catFile("open/top")).rejects.toMatchObject({
    name: "StoreError",
    message: expect.stringContaining("anon: true"),
  });
  expect(server.requests).toEqual([]);
});

test("a credentials callback is asked once, and again when the server finds the keys expired", async () => {
  let asked = 0;
  const credentials = async () =>
    ++asked === 1
      ? { accessKeyId: "old", secretAccessKey: "oldsecret", sessionToken: "oldtoken" }
      : { accessKeyId: "temp", secretAccessKey: "tempsecret", sessionToken: "temptoken" };
  const fs = signed({ key: undefined, secret: undefined, credentials });
  expect(await text(fs.catFile("private/secret"))).toBe("s");
  await Promise.all([fs.catFile("private/secret"), fs.catFile("private/secret")]);
  expect(asked).toBe(2);
});

test("keys that end soon are renewed before; callers share one call", async () => {
  let asked = 0;
  const credentials = async () => ({
    accessKeyId: "me",
    secretAccessKey: "mysecret",
    expiration: new Date(Date.now() + (++asked === 1 ? 1000 : 3_600_000)),
  });
  const fs = signed({ key: undefined, secret: undefined, credentials });
  await Promise.all([fs.catFile("private/secret"), fs.catFile("private/secret")]);
  expect(asked).toBe(1);
  await fs.catFile("private/secret");
  await fs.catFile("private/secret");
  expect(asked).toBe(2);
});

test.each(["us-west", "moved"])("a wrong region is corrected once and remembered: %s", async (bucket) => {
  const fs = signed();
  expect(await text(fs.catFile(`${bucket}/x`))).toBe("x");
  expect(server.requests).toHaveLength(2);
  expect(await text(fs.catFile(`${bucket}/x`))).toBe("x");
  expect(server.requests).toHaveLength(3);
  expect(await signed().isFile(`${bucket}/x`)).toBe(true); // HEAD answers without a body
});

test("a clock that is wrong is corrected", async () => {
  await server.close();
  server = await start({ clockSkewMs: 3_600_000 });
  const fs = signed();
  expect(await text(fs.catFile("private/secret"))).toBe("s");
  expect(await text(fs.catFile("private/secret"))).toBe("s");
  expect(server.requests).toHaveLength(3);
});

test("requester pays", async () => {
  await expect(anonymous().catFile("pays/x")).rejects.toMatchObject({ status: 403 });
  expect(await text(signed({ requester_pays: true }).catFile("pays/x"))).toBe("x");
});

test("the bucket is part of the host at AWS", async () => {
  const urls: string[] = [];
  const transport = (request: HttpRequest): Promise<HttpResponse> => {
    urls.push(request.url);
    return Promise.resolve(new Response("x"));
  };
  const fs = new S3FileSystem({ anon: true, transport });
  await fs.catFile("noaa-nwm-retro-v2-zarr-pds/.zmetadata");
  await fs.catFile("with.dots/k");
  await new S3FileSystem({ anon: true, transport, region: "eu-central-1" }).catFile("bucket/k");
  expect(urls).toEqual([
    "https://noaa-nwm-retro-v2-zarr-pds.s3.us-east-1.amazonaws.com/.zmetadata",
    "https://s3.us-east-1.amazonaws.com/with.dots/k",
    "https://bucket.s3.eu-central-1.amazonaws.com/k",
  ]);
});

test("listings are read page by page", async () => {
  await server.close();
  const objects = new Map(
    Array.from({ length: 25 }, (_, index) => [`n/${index % 5}/c ${index}`, String(index)]),
  );
  server = await start({ pageSize: 4, buckets: { big: { public: true, objects } } });
  const fs = anonymous();
  const found = await fs.find("big/n", { detail: true });
  expect(found.map(({ name }) => name)).toEqual([...objects.keys()].map((key) => `big/${key}`).sort());
  expect(found.every(({ size, etag }) => size !== null && size > 0 && etag !== undefined)).toBe(true);
  expect(server.requests).toHaveLength(7);
  expect(await fs.ls("big/n", { detail: false })).toEqual([0, 1, 2, 3, 4].map((index) => `big/n/${index}`));
  expect(await fs.find("big", { maxDepth: 1, withDirs: true })).toEqual(["big/n"]);
  const prefixed: string[] = [];
  for await (const { name } of fs.iterPrefix("big/n", "1/c 1")) prefixed.push(name);
  expect(prefixed.sort()).toEqual(["big/n/1/c 1", "big/n/1/c 11", "big/n/1/c 16"]);
});

test("ls is fsspec's: children, a file itself, nothing there", async () => {
  const fs = anonymous();
  expect(await fs.ls("open")).toEqual([
    { name: "open/data", size: null, type: "directory" },
    expect.objectContaining({ name: "open/top", size: 1, type: "file" }),
  ]);
  expect(await fs.ls("open/top", { detail: false })).toEqual(["open/top"]);
  expect(await fs.find("open/top")).toEqual(["open/top"]);
  await expect(fs.ls("open/none")).rejects.toBeInstanceOf(FileNotFoundError);
  expect((await signed().ls("", { detail: false })).slice(0, 2)).toEqual(["moved", "open"]);
});

test("objects that mark directories are no files", async () => {
  await server.close();
  server = await start({
    buckets: { marked: { public: true, objects: { "d/": "", "d/x": "1", "e/": "" } } },
  });
  const fs = anonymous();
  expect(await fs.find("marked")).toEqual(["marked/d/x"]);
  expect(await fs.ls("marked/d", { detail: false })).toEqual(["marked/d/x"]);
  expect(await fs.ls("marked/e")).toEqual([]);
});

test("rm deletes a file, and a directory only when told to", async () => {
  const fs = signed();
  await fs.rm("open/top");
  expect(await fs.exists("open/top")).toBe(false);
  await expect(fs.rm("open/data")).rejects.toBeInstanceOf(IsADirectoryError);
  await expect(fs.rm("open/none")).rejects.toBeInstanceOf(FileNotFoundError);
  await fs.pipeFile("open/data-2/x", bytes("stays"));
  await fs.rm("open/data", { recursive: true });
  expect(await fs.find("open")).toEqual(["open/data-2/x"]);
  await expect(fs.rm("", { recursive: true })).rejects.toBeInstanceOf(StoreError);
});

test("of sixteen writers that create one file, one wins", async () => {
  for (let round = 0; round < 10; round++) {
    const path = `private/lock-${round}`;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, writer) =>
        signed().pipeFile(path, bytes(String(writer)), { mode: "create" }),
      ),
    );
    const winners = outcomes.flatMap((outcome, writer) => (outcome.status === "fulfilled" ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(await text(signed().catFile(path))).toBe(String(winners[0]));
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(FileExistsError);
  }
});

test("a create whose answer is lost has still won", async () => {
  // The write arrives, and then the connection breaks before the answer.
  let broken = 0;
  const transport = async (request: HttpRequest): Promise<HttpResponse> => {
    const response = await fetchTransport(request);
    if (request.method !== "PUT" || broken++ > 0) return response;
    throw Object.assign(new TypeError("fetch failed"), { code: "ECONNRESET" });
  };
  const fs = signed({ transport });
  await fs.pipeFile("private/lock", bytes("mine"), { mode: "create" });
  expect(await text(fs.catFile("private/lock"))).toBe("mine");
  await expect(fs.pipeFile("private/lock", bytes("mine"), { mode: "create" })).rejects.toBeInstanceOf(
    FileExistsError,
  );
});

test("a conflict with another write is waited out", async () => {
  server.inject({ status: 409, times: 2 });
  await signed().pipeFile("private/new", bytes("x"), { mode: "create" });
  server.inject({ status: 409, times: 1 });
  await expect(signed().pipeFile("private/new", bytes("x"), { mode: "create" })).rejects.toBeInstanceOf(
    FileExistsError,
  );
});

test("writes are tried again, with a fresh signature and the whole body", async () => {
  server.inject({ status: 503, times: 1 });
  server.inject({ reset: true, times: 1 });
  const data = Uint8Array.from({ length: 300_000 }, (_, index) => index);
  await signed().pipeFile("private/big", data);
  expect(Buffer.compare(server.objects("private").get("big")!.body, data)).toBe(0);
  expect(server.requests).toHaveLength(3);
});

test("a listing that goes in circles, or lies about its end, is an error", async () => {
  for (const body of [
    truncatedPage("<NextContinuationToken>t</NextContinuationToken>"),
    truncatedPage(""),
    "<html/>",
    "{}",
  ]) {
    server.inject({ status: 200, body, times: 9 });
    await expect(anonymous().find("open")).rejects.toBeInstanceOf(StoreError);
  }
});

test("a document with entities of its own is refused", async () => {
  const body = `<!DOCTYPE a [<!ENTITY b "bomb">]><ListBucketResult><Contents><Key>&b;</Key></Contents></ListBucketResult>`;
  server.inject({ status: 200, body });
  await expect(anonymous().find("open")).rejects.toThrow(/document type/);
});

test("options are checked and never tell a secret", async () => {
  expect(() => new S3FileSystem({ anonymous: true } as S3FileSystemOptions)).toThrow(
    /anonymous.*known: anon, key/,
  );
  expect(() => new S3FileSystem({ anon: 3 } as unknown as S3FileSystemOptions)).toThrow(TypeError);
  expect(() => new S3FileSystem({ key: "k" })).toThrow(/both key and secret/);
  expect(new S3FileSystem({ anon: "true" } as unknown as S3FileSystemOptions).getOptions()).toEqual({
    anon: true,
  });
  const fs = signed({ token: "tok", region: "r-1", headers: { "x-secret": "hidden" } });
  expect(fs.getOptions()).toEqual({ endpoint_url: server.url, region: "r-1" });
  expect(JSON.stringify(fs) + String(fs)).not.toMatch(/mysecret|hidden|tok"/);
  await expect(
    new S3FileSystem({ anon: true, endpoint_url: "nowhere" }).catFile("b/k"),
  ).rejects.toBeInstanceOf(StoreError);
});

test("the server that all this runs against believes no request that was changed on its way", async () => {
  const tampered: [number, (request: HttpRequest) => Partial<HttpRequest>][] = [
    [403, ({ url }) => ({ url: url.replace("/new", "/other") })],
    [403, ({ url }) => ({ url: `${url}?versionId=1` })],
    [403, ({ headers }) => ({ headers: { ...headers, "x-amz-acl": "public-read" } })],
    [403, ({ headers }) => ({ headers: { ...headers, "x-amz-date": "20200101T000000Z" } })],
    [403, () => ({ method: "DELETE" })],
    [400, () => ({ body: bytes("changed") })],
    [400, ({ headers }) => ({ headers: { ...headers, authorization: "AWS4-HMAC-SHA256 nonsense" } })],
    [412, ({ headers }) => ({ headers: { ...headers, "if-match": '"another"' } })],
  ];
  await signed().pipeFile("private/new", bytes("before"));
  for (const [status, change] of tampered) {
    const transport = (request: HttpRequest): Promise<HttpResponse> =>
      fetchTransport({ ...request, ...change(request) });
    await expect(signed({ transport }).pipeFile("private/new", bytes("x"))).rejects.toMatchObject({ status });
  }
  expect(await text(signed().catFile("private/new"))).toBe("before");
  expect(await signed().exists("private/other")).toBe(false);
});

test("a URL is signed for the region of its bucket, which is asked for where nothing tells it", async () => {
  const fs = new S3FileSystem({ key: "me", secret: "mysecret", endpoint_url: server.url });
  const regionOf = async (path: string): Promise<string | undefined> =>
    /Credential=me%2F\d+%2F([^%]+)/.exec(await fs.sign(path))?.[1];
  expect(await regionOf("us-west/x")).toBe("us-west-2");
  const asked = server.requests.length;
  expect(await regionOf("us-west/y")).toBe("us-west-2");
  expect(server.requests).toHaveLength(asked);
  expect(await regionOf("moved/x")).toBe("eu-west-1");
  expect(await regionOf("no-such-bucket/x")).toBe("us-east-1");
  const told = new S3FileSystem({ key: "me", secret: "mysecret", endpoint_url: server.url, region: "r" });
  const before = server.requests.length;
  expect(await told.sign("us-west/x")).toContain("%2Fr%2Fs3");
  expect(server.requests).toHaveLength(before);
});

function truncatedPage(extra: string): string {
  return `<ListBucketResult><IsTruncated>true</IsTruncated>${extra}<Contents><Key>k</Key><Size>1</Size></Contents></ListBucketResult>`;
}

/** Sends to the embedded server whatever the host name, as a resolver would. */
function viaLoopback(request: HttpRequest): Promise<HttpResponse> {
  const { host, pathname, search } = new URL(request.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        port: server.port,
        host: "127.0.0.1",
        path: pathname + search,
        method: request.method,
        headers: { ...request.headers, host },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () => {
          const headers = new Headers(answer.headers as Record<string, string>); // none of them repeats
          const status = answer.statusCode ?? 0;
          const empty = status === 204 || request.method === "HEAD";
          resolve(new Response(empty ? null : Buffer.concat(pieces), { status, headers }));
        });
      },
    );
    sent.on("error", reject);
    sent.end(request.body);
  });
}
