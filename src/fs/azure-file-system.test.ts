import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileNotFoundError, StoreError } from "../base/errors.ts";
import { AzureBlobFileSystem } from "./azure-file-system.ts";
import type { AzureBlobFileSystemOptions } from "./azure-options.ts";
import { parseAzurePage } from "./azure-listing.ts";
import { azureAuthorization } from "./azure-signature.ts";
import { urlToFs } from "./registry.ts";
import type { HttpRequest, Transport } from "./transport.ts";

const variables = { ...process.env };
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AZURE_")) delete process.env[name];
});
afterEach(() => {
  process.env = { ...variables };
});

const KEY = btoa("0123456789abcdef0123456789abcdef");

/** Answers every request alike, and keeps them. */
function answering(
  status: number,
  body = "",
  headers: Record<string, string> = {},
): [Transport, HttpRequest[]] {
  const seen: HttpRequest[] = [];
  return [
    async (request) => {
      seen.push(request);
      return new Response(request.method === "HEAD" ? null : body, { status, headers });
    },
    seen,
  ];
}

async function asked(options: AzureBlobFileSystemOptions, path = "box/a b"): Promise<HttpRequest> {
  const [transport, seen] = answering(200, "x");
  await new AzureBlobFileSystem({ ...options, transport }).catFile(path);
  return seen[0]!;
}

test("a signature is that of the documentation's recipe", async () => {
  const headers = { "x-ms-date": "Fri, 26 Jun 2015 23:39:12 GMT", "x-ms-version": "2015-02-21" };
  const request = {
    method: "GET",
    path: "/box",
    query: { restype: "container", comp: "list" },
    headers,
    bodyLength: 0,
  };
  const { createHmac } = await import("node:crypto");
  const text =
    `GET${"\n".repeat(12)}x-ms-date:${headers["x-ms-date"]}\nx-ms-version:2015-02-21\n` +
    "/me/box\ncomp:list\nrestype:container";
  const expected = createHmac("sha256", Buffer.from(KEY, "base64")).update(text).digest("base64");
  expect(await azureAuthorization(request, "me", Buffer.from(KEY, "base64"))).toBe(
    `SharedKey me:${expected}`,
  );
});

describe("who asks", () => {
  test("nobody, where nothing is given", async () => {
    const request = await asked({ account_name: "me" });
    expect(request.url).toBe("https://me.blob.core.windows.net/box/a%20b");
    expect(request.headers["authorization"]).toBeUndefined();
    expect(() => new AzureBlobFileSystem({ account_name: "me", anon: false })).toThrow(/nothing to prove/);
    expect(() => new AzureBlobFileSystem({})).toThrow(/needs account_name/);
  });

  test("a key, a signature, a token", async () => {
    expect((await asked({ account_name: "me", account_key: KEY })).headers["authorization"]).toMatch(
      /^SharedKey me:/,
    );
    expect((await asked({ account_name: "me", sas_token: "?sv=1&sig=a%2Bb" })).url).toBe(
      "https://me.blob.core.windows.net/box/a%20b?sv=1&sig=a%2Bb",
    );
    const token = { token: "t", expiresOnTimestamp: Date.now() + 3_600_000 };
    for (const credential of ["t", () => "t", async () => ({ token: "t" }), { getToken: async () => token }])
      expect((await asked({ account_name: "me", credential })).headers["authorization"]).toBe("Bearer t");
  });

  test("a connection string, and the emulator's", async () => {
    const connection = `DefaultEndpointsProtocol=https;AccountName=me;AccountKey=${KEY};EndpointSuffix=core.example`;
    const request = await asked({ connection_string: connection });
    expect(request.url).toBe("https://me.blob.core.example/box/a%20b");
    expect(request.headers["authorization"]).toMatch(/^SharedKey me:/);
    const emulator = await asked({ connection_string: "UseDevelopmentStorage=true" });
    expect(emulator.url).toBe("http://127.0.0.1:10000/devstoreaccount1/box/a%20b");
  });

  test("the environment, for its own account alone", async () => {
    Object.assign(process.env, { AZURE_STORAGE_ACCOUNT_NAME: "env", AZURE_STORAGE_ACCOUNT_KEY: KEY });
    expect((await asked({})).headers["authorization"]).toMatch(/^SharedKey env:/);
    expect((await asked({ account_name: "other" })).headers["authorization"]).toBeUndefined();
    expect((await asked({ anon: true })).headers["authorization"]).toBeUndefined();
  });

  test("a URL that names its account", async () => {
    const [fs, path] = urlToFs("abfss://box@acme.dfs.core.windows.net/dir/x", {});
    expect(path).toBe("box/dir/x");
    expect(fs.getOptions()).toEqual({ account_name: "acme", endpoint: "https://acme.blob.core.windows.net" });
    const [given] = urlToFs("abfss://box@acme.dfs.core.windows.net/dir/x", { account_name: "you" });
    expect(given.getOptions()).toMatchObject({ account_name: "you" });
    expect(urlToFs("az://box/dir/x", { account_name: "me" })[1]).toBe("box/dir/x");
    // No token goes to a host that only looks like it.
    const stranger = "abfss://box@acme.dfs.core.windows.net.example.org/x";
    expect(() => urlToFs(stranger, { credential: "t" })).toThrow(/needs account_name/);
  });
});

test("no suffix range is ever sent: the length is asked for first", async () => {
  const seen: string[] = [];
  const transport: Transport = async ({ method, headers }) => {
    seen.push(`${method} ${headers["range"] ?? ""}`);
    if (method === "HEAD") return new Response(null, { headers: { "content-length": "10" } });
    return new Response("789", { status: 206, headers: { "content-range": "bytes 7-9/10" } });
  };
  const fs = new AzureBlobFileSystem({ account_name: "me", transport });
  expect(await fs.catFile("box/x", { start: -3 })).toHaveLength(3);
  expect(seen).toEqual(["HEAD ", "GET bytes=7-9"]);
});

test("a container that is not public is no missing key", async () => {
  const error = (code: string): string => `\uFEFF<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;
  const reading = (code: string, options: AzureBlobFileSystemOptions = {}): Promise<Uint8Array> =>
    new AzureBlobFileSystem({
      account_name: "me",
      transport: answering(404, error(code))[0],
      ...options,
    }).catFile("box/x");
  await expect(reading("BlobNotFound")).rejects.toBeInstanceOf(FileNotFoundError);
  await expect(reading("ResourceNotFound", { account_key: KEY })).rejects.toBeInstanceOf(FileNotFoundError);
  const refused: unknown = await reading("ResourceNotFound").catch((reason: unknown) => reason);
  expect(refused).toBeInstanceOf(StoreError);
  expect(refused).not.toBeInstanceOf(FileNotFoundError);
});

test("a token that is refused is asked for again, once", async () => {
  let asked = 0;
  const transport: Transport = async ({ headers }) =>
    headers["authorization"] === "Bearer 2" ? new Response("x") : new Response("", { status: 401 });
  const fs = new AzureBlobFileSystem({ account_name: "me", credential: () => String(++asked), transport });
  expect(await fs.catFile("box/x")).toHaveLength(1);
  expect(asked).toBe(2);
});

test("listings: names that XML cannot hold, directories of hierarchical accounts, the next page", () => {
  const page = parseAzurePage(
    `<?xml version="1.0"?><EnumerationResults><Blobs>
      <Blob><Name Encoded="true">a%EF%BF%BE</Name><Properties><Content-Length>3</Content-Length><Etag>0x1</Etag></Properties></Blob>
      <Blob><Name>a%20</Name><Properties><Content-Length>4</Content-Length></Properties></Blob>
      <Blob><Name>dir</Name><Properties><ResourceType>directory</ResourceType></Properties></Blob>
      <BlobPrefix><Name>d/</Name></BlobPrefix></Blobs><NextMarker>m</NextMarker></EnumerationResults>`,
  );
  expect(page.entries.map(({ key, size, etag }) => [key, size, etag])).toEqual([
    ["a\uFFFE", 3, '"0x1"'],
    ["a%20", 4, undefined],
  ]);
  expect(page.prefixes).toEqual(["d/"]);
  expect(page.next).toBe("m");
  for (const wrong of ["<html/>", "<EnumerationResults><Blobs><Blob/></Blobs></EnumerationResults>"])
    expect(() => parseAzurePage(wrong)).toThrow(StoreError);
});

test("nothing that is printed or carried holds a secret", async () => {
  const options = { account_name: "me", sas_token: "sig=sesame", transport: answering(403)[0] };
  const fs = new AzureBlobFileSystem(options);
  expect(JSON.stringify(fs.getOptions())).not.toContain("sesame");
  const error: unknown = await fs.catFile("box/x").catch((reason: unknown) => reason);
  expect(JSON.stringify(error)).not.toContain("sesame");
  expect(() => new AzureBlobFileSystem({ account_name: "me", account_key: "no base64!" })).toThrow(
    /no base64/,
  );
});
