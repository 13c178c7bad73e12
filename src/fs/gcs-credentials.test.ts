/** Access tokens of Google Cloud, from servers on loopback. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GCSFileSystem } from "./gcs-file-system.ts";
import type { GCSFileSystemOptions } from "./gcs-options.ts";

const variables = { ...process.env };
const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
let folder: string;
let url: string;
let seen: { path: string; authorization: string | undefined; body: string }[];
let valid: string;
let close: () => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(`${tmpdir()}/zarrkit-google-`);
  seen = [];
  valid = "token-1";
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += String(piece);
    const path = request.url ?? "";
    seen.push({ path, authorization: request.headers.authorization, body });
    const token = JSON.stringify({ access_token: valid, expires_in: 3599, token_type: "Bearer" });
    if (path === "/token") return response.writeHead(200).end(token);
    if (path.startsWith("/computeMetadata/"))
      return response.writeHead(request.headers["metadata-flavor"] === "Google" ? 200 : 403).end(token);
    const anonymous = request.headers.authorization === undefined && path.includes("/public/");
    const known = request.headers.authorization === `Bearer ${valid}`;
    return response
      .writeHead(anonymous || known ? 200 : 401)
      .end(anonymous || known ? "value" : "Invalid Credentials");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  url = `http://127.0.0.1:${port}`;
  close = () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  for (const name of ["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "STORAGE_EMULATOR_HOST"])
    delete process.env[name];
  process.env["CLOUDSDK_CONFIG"] = folder;
  process.env["GCE_METADATA_HOST"] = `127.0.0.1:${port}`;
});
afterEach(async () => {
  process.env = { ...variables };
  rmSync(folder, { recursive: true });
  await close();
});

const account = (): Record<string, unknown> => ({
  type: "service_account",
  project_id: "project-of-key",
  private_key_id: "key-1",
  private_key: privateKey,
  client_email: "reader@example.org",
  token_uri: `${url}/token`,
});
const open = (options: GCSFileSystemOptions = {}): GCSFileSystem =>
  new GCSFileSystem({ endpoint_url: url, requestPolicy: { maxAttempts: 1 }, ...options });
const read = async (options?: GCSFileSystemOptions, bucket = "private"): Promise<string> =>
  new TextDecoder().decode(await open(options).catFile(`${bucket}/x`));

test("a service account signs for its token, as an object or from a file", async () => {
  expect(await read({ token: account() })).toBe("value");
  const form = new URLSearchParams(seen[0]!.body);
  expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
  const [header, claims, signature] = form.get("assertion")!.split(".");
  const signed = createVerify("RSA-SHA256").update(`${header}.${claims}`);
  expect(signed.verify(publicKey, Buffer.from(signature!, "base64url"))).toBe(true);
  expect(JSON.parse(Buffer.from(header!, "base64url").toString())).toEqual({
    alg: "RS256",
    typ: "JWT",
    kid: "key-1",
  });
  expect(JSON.parse(Buffer.from(claims!, "base64url").toString())).toMatchObject({
    iss: "reader@example.org",
    aud: `${url}/token`,
    scope: "https://www.googleapis.com/auth/devstorage.full_control",
  });
  writeFileSync(`${folder}/key.json`, JSON.stringify(account()));
  expect(await read({ token: `${folder}/key.json` })).toBe("value");
  process.env["GOOGLE_APPLICATION_CREDENTIALS"] = `${folder}/key.json`;
  expect(await read({ requester_pays: true })).toBe("value");
  await read({ requester_pays: "payer" });
  expect(seen.at(-1)?.path).toContain("userProject=payer");
});

test("the file of gcloud, else the machine's service", async () => {
  expect(await read()).toBe("value");
  expect(seen[0]?.path).toBe("/computeMetadata/v1/instance/service-accounts/default/token");
  seen.length = 0;
  const user = {
    type: "authorized_user",
    client_id: "i",
    client_secret: "s",
    refresh_token: "r",
    token_uri: `${url}/token`,
  };
  writeFileSync(`${folder}/application_default_credentials.json`, JSON.stringify(user));
  expect(await read()).toBe("value");
  expect(seen.map(({ path }) => path.split("?")[0])).toEqual([
    "/token",
    "/download/storage/v1/b/private/o/x",
  ]);
  expect(new URLSearchParams(seen[0]!.body).get("grant_type")).toBe("refresh_token");
});

test("a token, a callback, and no token", async () => {
  expect(await read({ token: "token-1" })).toBe("value");
  let asked = 0;
  const fs = open({ token: async () => `token-${++asked}` });
  await Promise.all(Array.from({ length: 10 }, () => fs.catFile("private/x")));
  expect(asked).toBe(1);
  valid = "token-2";
  expect(await fs.catFile("private/x")).toHaveLength(5); // refused once, then with the next token
  expect(asked).toBe(2);
  expect(await read({ token: "anon" }, "public")).toBe("value");
  expect(seen.at(-1)?.authorization).toBeUndefined();
  await expect(read({ token: "anon" })).rejects.toMatchObject({
    name: "StoreError",
    status: 401,
    message: expect.stringContaining("the request was anonymous"),
  });
});

test("what cannot be used says so, and shows no secret", async () => {
  await expect(
    read({
      token: {
        ...account(),
        private_key: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
      },
    }),
  ).rejects.toThrow("The private key of the service account cannot be read.");
  await expect(read({ token: { type: "external_account" } })).rejects.toThrow(/external_account.*callback/);
  await expect(read({ token: { type: "service_account" } })).rejects.toThrow("has no client_email");
  await expect(read({ token: `${folder}/none.json` })).rejects.toThrow("There is no Google key file");
  process.env["GCE_METADATA_HOST"] = "127.0.0.1:1";
  await expect(read()).rejects.toThrow(/No Google credentials were found.*anon/);
  const wrong: unknown = await read({ token: "sesame-secret" }).catch((error: unknown) => error);
  expect(String(wrong)).not.toContain("sesame-secret");
  expect(JSON.stringify(open({ token: "sesame-secret" }).getOptions())).not.toContain("sesame");
  for (const token of ["cache", "browser", 3, ""])
    expect(() => open({ token: token as string })).toThrow(TypeError);
});
