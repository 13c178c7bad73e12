import { expect, test } from "vitest";
import { AzureBlobFileSystem } from "./azure-file-system.ts";
import { ChangingUrls } from "./changing-urls.ts";
import { HTTPFileSystem } from "./http-file-system.ts";
import type { HttpRequest } from "./transport.ts";

const answer = (headers: Readonly<Record<string, string>>) => ({ headers: new Headers(headers) });

test("a URL changes when it is written, or when two answers tell different versions", () => {
  const urls = new ChangingUrls();
  urls.note("GET", "u", answer({ etag: '"1"' }));
  urls.note("HEAD", "u", answer({ etag: '"1"' }));
  urls.note("GET", "u", answer({})); // hidden, or an error
  urls.note("GET", "u", undefined);
  expect(urls.has("u")).toBe(false);
  urls.note("GET", "u", answer({ etag: '"2"' }));
  expect(urls.has("u")).toBe(true);
  urls.note("GET", "dated", answer({ "last-modified": "yesterday" }));
  urls.note("GET", "dated", answer({ "last-modified": "today" }));
  expect(urls.has("dated")).toBe(true);
  urls.note("PUT", "w", undefined);
  expect(urls.has("w")).toBe(true);
  for (let index = 0; index < 5000; index++) urls.note("PUT", `w${index}`, undefined);
  expect(urls.has("w")).toBe(false); // what is remembered is bounded
  expect(urls.has("w4999")).toBe(true);
});

function recording(etags: string[]) {
  const caches: (string | undefined)[] = [];
  const transport = async (request: HttpRequest): Promise<Response> => {
    caches.push(request.cache);
    return new Response("x", { status: 200, headers: { etag: etags.shift() ?? '"last"' } });
  };
  return { caches, transport };
}

test("a value that is seen to change is read past a browser's cache from then on", async () => {
  const { caches, transport } = recording(['"1"', '"1"', '"2"', '"2"']);
  const fs = new HTTPFileSystem({ transport });
  for (let read = 0; read < 4; read++) await fs.catFile("http://h/x");
  expect(caches).toEqual([undefined, undefined, undefined, "no-store"]);
});

test("so is one that was written, without a signature in its headers", async () => {
  const { caches, transport } = recording([]);
  const fs = new AzureBlobFileSystem({ account_name: "me", sas_token: "sig=x", transport });
  await fs.catFile("b/k");
  await fs.pipeFile("b/k", new Uint8Array(1));
  await fs.catFile("b/k");
  await fs.catFile("b/other");
  expect(caches).toEqual([undefined, undefined, "no-store", undefined]);
});

test("a part from a browser's cache in place of the whole is asked for again, past the cache", async () => {
  const caches: (string | undefined)[] = [];
  const transport = async ({ cache }: HttpRequest): Promise<Response> => {
    caches.push(cache);
    return cache === "no-store" ? new Response("whole") : new Response("ol", { status: 206 });
  };
  const fs = new HTTPFileSystem({ transport });
  expect(await fs.catFile("http://h/x")).toHaveLength(5);
  expect(caches).toEqual([undefined, "no-store"]);
});

test("the cache mode of a web server can be chosen", async () => {
  const { caches, transport } = recording(['"1"', '"2"', '"2"']);
  const fs = new HTTPFileSystem({ transport, cache: "no-cache" });
  for (let read = 0; read < 3; read++) await fs.catFile("http://h/x");
  expect(caches).toEqual(["no-cache", "no-cache", "no-store"]);
  const wrong = { cache: "sometimes" as "no-cache" }; // a caller without types
  expect(() => new HTTPFileSystem(wrong)).toThrow(/cache must be one of default, no-cache/);
});
