import { createVerify, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { GCSFileSystem } from "./gcs-file-system.ts";
import type { GCSFileSystemOptions } from "./gcs-options.ts";
import { receivedBytes } from "./gcs-upload.ts";
import type { HttpRequest } from "./transport.ts";

const UNIT = 256 * 1024;
const data = Uint8Array.from({ length: 3 * UNIT + 5 }, (_, index) => index * 7);

/** A service that takes an upload: `take` says how many of the bytes of each chunk arrive; the answers to some are lost. */
function service(take: (chunk: number, length: number) => number, lost: readonly number[] = []) {
  const seen: string[] = [];
  let held = new Uint8Array(0);
  let chunks = 0;
  let done = false;
  const transport = async (request: HttpRequest): Promise<Response> => {
    const range = request.headers["content-range"];
    seen.push(`${request.method} ${range ?? ""}`.trim());
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    if (request.method === "POST")
      return new Response("", { headers: { location: "http://gcs.test/session?upload_id=hidden-id" } });
    const start = Number(/^bytes (\d+)-/.exec(range ?? "")?.[1]);
    const number = chunks++;
    const arrived = request.body!.subarray(0, take(number, request.body!.byteLength));
    // Bytes that are there already are passed over.
    if (start <= held.byteLength && start + arrived.byteLength > held.byteLength) {
      const next = new Uint8Array(start + arrived.byteLength);
      next.set(held);
      next.set(arrived, start);
      held = next;
    }
    done ||= held.byteLength === data.byteLength;
    if (lost.includes(number))
      throw Object.assign(new TypeError("broken"), { cause: { code: "ECONNRESET" } });
    if (done) return new Response("{}");
    const headers: HeadersInit = held.byteLength === 0 ? {} : { range: `bytes=0-${held.byteLength - 1}` };
    return new Response(null, { status: 308, headers });
  };
  const fs = new GCSFileSystem({
    token: "anon",
    endpointUrl: "http://gcs.test",
    transport,
    multipartThreshold: UNIT,
    multipartPartBytes: UNIT,
    requestPolicy: { retryBaseMs: 1, maxAttempts: 3 },
  });
  return { fs, seen, held: () => held };
}

test("a large value goes up in chunks", async () => {
  const { fs, seen, held } = service((_, length) => length);
  await fs.pipeFile("b/k", data);
  expect(Buffer.compare(held(), data)).toBe(0);
  expect(seen).toEqual([
    "POST",
    `PUT bytes 0-262143/786437`,
    `PUT bytes 262144-524287/786437`,
    `PUT bytes 524288-786431/786437`,
    `PUT bytes 786432-786436/786437`,
  ]);
});

test("what did not arrive is sent again, and so is a chunk whose answer was lost", async () => {
  const short = service((chunk, length) => (chunk === 1 ? UNIT / 2 : length));
  await short.fs.pipeFile("b/k", data);
  expect(Buffer.compare(short.held(), data)).toBe(0);
  expect(short.seen[3]).toBe(`PUT bytes ${1.5 * UNIT}-${2.5 * UNIT - 1}/${data.byteLength}`);
  const broken = service((_, length) => length, [0, 2, 5]);
  await broken.fs.pipeFile("b/k", data);
  expect(Buffer.compare(broken.held(), data)).toBe(0);
  expect(broken.seen).toHaveLength(8);
});

test("an upload that gets nowhere, or nowhere to go, is an error; the session is given up and stays secret", async () => {
  const stuck = service(() => 0);
  const error: unknown = await stuck.fs.pipeFile("b/k", data).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreError);
  expect(String(error)).not.toContain("hidden-id");
  expect(stuck.seen.filter((request) => request.startsWith("PUT"))).toHaveLength(5);
  expect(stuck.seen.at(-1)).toBe("DELETE");
  const nowhere = new GCSFileSystem({
    token: "anon",
    endpointUrl: "http://gcs.test",
    transport: async () => new Response("{}"),
    multipartThreshold: 1,
  });
  await expect(nowhere.pipeFile("b/k", data)).rejects.toThrow("CORS must expose Location");
});

test.each([
  [null, 0],
  ["bytes=0-0", 1],
  ["bytes=0-262143", UNIT],
  ["bytes=5-9", 0],
  ["nonsense", 0],
])("a range of %s says that %d bytes are there", (range, bytes) => {
  const headers = { get: (): string | null => range };
  expect(receivedBytes({ status: 308, headers, body: null }, 99)).toBe(bytes);
  const hidden = { status: 308, headers, body: null, hidesHeaders: true };
  expect(receivedBytes(hidden, 99)).toBe(range === null ? 99 : bytes);
});

test("a signed URL is what the documentation says, and only a service account's key signs", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const token = {
    type: "service_account",
    client_email: "me@project.test",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  const open = (options: GCSFileSystemOptions = {}): GCSFileSystem =>
    new GCSFileSystem({ token, ...options });
  const url = new URL(await open().sign("my-bucket/a b/ü+1", { method: "PUT", expiration: 600 }));
  expect(url.origin + url.pathname).toBe("https://storage.googleapis.com/my-bucket/a%20b/%C3%BC%2B1");
  const parameters = url.searchParams;
  const time = parameters.get("X-Goog-Date")!;
  expect(time).toMatch(/^\d{8}T\d{6}Z$/);
  const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`;
  expect(parameters.get("X-Goog-Credential")).toBe(`me@project.test/${scope}`);
  expect(parameters.get("X-Goog-Expires")).toBe("600");
  // The text that is signed, made once more from the URL.
  const signature = parameters.get("X-Goog-Signature")!;
  const query = url.search.slice(1).replace(/&X-Goog-Signature=.*/, "");
  const request = `PUT\n${url.pathname}\n${query}\nhost:storage.googleapis.com\n\nhost\nUNSIGNED-PAYLOAD`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request));
  const text = `GOOG4-RSA-SHA256\n${time}\n${scope}\n${Buffer.from(digest).toString("hex")}`;
  expect(createVerify("sha256").update(text).verify(publicKey, signature, "hex")).toBe(true);

  expect(await open({ requesterPays: "payer" }).sign("b/k", 60)).toMatch(/&userProject=payer&X-Goog-Sig/);
  for (const expiration of [0, 1.5, 604_801])
    await expect(open().sign("b/k", expiration)).rejects.toThrow(RangeError);
  for (const other of ["anon", "ya29.token"])
    await expect(open({ token: other }).sign("b/k")).rejects.toBeInstanceOf(UnsupportedError);
});
