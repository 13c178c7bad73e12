/** Keys from the services of AWS, each played by a server on loopback. */
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import type { S3Server } from "../../test/servers/embedded-s3.mjs";
import { S3FileSystem } from "./s3-file-system.ts";
import type { S3FileSystemOptions } from "./s3-options.ts";

const variables = { ...process.env };
let folder: string;
let s3: S3Server;
let services: { url: string; seen: string[]; close(): Promise<void> };
/** How long the keys of the services last. */
let lifetimeMs: number;

beforeEach(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  folder = mkdtempSync(`${tmpdir()}/zarrkit-aws-`);
  lifetimeMs = 3_600_000;
  s3 = await startS3({
    buckets: { b: { objects: { x: "value" } } },
    credentials: {
      variable: "s0",
      profiled: "s1",
      web: { secret: "s2", token: "t2" },
      container: { secret: "s3", token: "t3" },
      machine: { secret: "s4", token: "t4" },
    },
  });
  services = await startServices();
  set({
    AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials`,
    AWS_CONFIG_FILE: `${folder}/config`,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: services.url,
    AWS_ENDPOINT_URL_STS: `${services.url}/sts`,
  });
  writeFileSync(`${folder}/token`, "identity-token\n");
});
afterEach(async () => {
  process.env = { ...variables };
  rmSync(folder, { recursive: true });
  await Promise.all([s3.close(), services.close()]);
});

const set = (values: Readonly<Record<string, string>>): void => void Object.assign(process.env, values);
const CONTAINER = (): Record<string, string> => ({
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${services.url}/container`,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: "Bearer container-token",
});
const WEB = (): Record<string, string> => ({
  AWS_WEB_IDENTITY_TOKEN_FILE: `${folder}/token`,
  AWS_ROLE_ARN: "arn:aws:iam::1:role/reader",
});

async function startServices(): Promise<typeof services> {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    seen.push(`${request.method} ${request.url}`);
    const expiration = new Date(Date.now() + lifetimeMs).toISOString();
    const json = (AccessKeyId: string, SecretAccessKey: string, Token: string): string =>
      JSON.stringify({ Code: "Success", AccessKeyId, SecretAccessKey, Token, Expiration: expiration });
    const answer = answerTo(request, body, json, expiration);
    response.writeHead(answer === undefined ? 403 : 200).end(answer ?? "refused");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

function answerTo(
  request: IncomingMessage,
  body: string,
  json: (key: string, secret: string, token: string) => string,
  expiration: string,
): string | undefined {
  const { headers } = request;
  const session = headers["x-aws-ec2-metadata-token"] === "session";
  switch (`${request.method} ${request.url}`) {
    case "POST /sts": {
      const form = new URLSearchParams(body);
      if (form.get("WebIdentityToken") !== "identity-token") return undefined;
      if (form.get("RoleArn") !== "arn:aws:iam::1:role/reader" || form.get("Version") !== "2011-06-15")
        return undefined;
      return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>web</AccessKeyId>
        <SecretAccessKey>s2</SecretAccessKey><SessionToken>t2</SessionToken>
        <Expiration>${expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
        </AssumeRoleWithWebIdentityResponse>`;
    }
    case "GET /container":
      return headers.authorization === "Bearer container-token" ? json("container", "s3", "t3") : undefined;
    case "PUT /latest/api/token":
      return headers["x-aws-ec2-metadata-token-ttl-seconds"] === "21600" ? "session" : undefined;
    case "GET /latest/meta-data/iam/security-credentials/":
      return session ? "the-role\n" : undefined;
    case "GET /latest/meta-data/iam/security-credentials/the-role":
      return session ? json("machine", "s4", "t4") : undefined;
    default:
      return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request) body += String(piece);
  return body;
}

async function usedKey(options: S3FileSystemOptions = {}): Promise<string> {
  const fs = new S3FileSystem({ endpoint_url: s3.url, ...options });
  await fs.catFile("b/x");
  return /Credential=([^/]+)\//.exec(s3.requests.at(-1)?.headers.authorization ?? "")?.[1] ?? "none";
}

test("sources come in the order of the AWS tools, and none is asked that is not needed", async () => {
  expect(await usedKey()).toBe("machine");
  expect(services.seen).toHaveLength(3);
  services.seen.length = 0;
  set(CONTAINER());
  expect(await usedKey()).toBe("container");
  expect(services.seen).toEqual(["GET /container"]);
  services.seen.length = 0;
  writeFileSync(`${folder}/credentials`, "[default]\naws_access_key_id=profiled\naws_secret_access_key=s1\n");
  expect(await usedKey()).toBe("profiled");
  expect(services.seen).toEqual([]);
  set(WEB());
  expect(await usedKey()).toBe("web");
  expect(services.seen).toEqual(["POST /sts"]);
  expect(await usedKey({ profile: "default" })).toBe("profiled");
  set({ AWS_ACCESS_KEY_ID: "variable", AWS_SECRET_ACCESS_KEY: "s0" });
  expect(await usedKey()).toBe("variable");
  expect(await usedKey({ key: "profiled", secret: "s1" })).toBe("profiled");
  expect(services.seen).toEqual(["POST /sts"]);
});

test("a profile may name a web identity", async () => {
  writeFileSync(
    `${folder}/config`,
    `[profile p]\nrole_arn = arn:aws:iam::1:role/reader\nweb_identity_token_file = ${folder}/token\n`,
  );
  expect(await usedKey({ profile: "p" })).toBe("web");
});

test("keys are asked for once by all who wait, and again before they end", async () => {
  set(CONTAINER());
  const fs = new S3FileSystem({ endpoint_url: s3.url });
  await Promise.all(Array.from({ length: 20 }, () => fs.catFile("b/x")));
  await fs.catFile("b/x");
  expect(services.seen).toEqual(["GET /container"]);
  lifetimeMs = 60_000; // less than the margin
  const ending = new S3FileSystem({ endpoint_url: s3.url });
  await ending.catFile("b/x");
  await ending.catFile("b/x");
  expect(services.seen).toHaveLength(3);
});

test("an abort releases its caller alone", async () => {
  set(CONTAINER());
  const fs = new S3FileSystem({ endpoint_url: s3.url });
  const controller = new AbortController();
  const leaving = fs.catFile("b/x", { signal: controller.signal });
  const staying = fs.catFile("b/x");
  controller.abort(new Error("enough"));
  await expect(leaving).rejects.toThrow("enough");
  expect(await staying).toHaveLength(5);
});

test("where there is nothing, the error says where was looked", async () => {
  set({ AWS_EC2_METADATA_DISABLED: "true" });
  await expect(usedKey()).rejects.toThrow(/AWS_ACCESS_KEY_ID.*the machine's service.*anon: true/);
  expect(services.seen).toEqual([]);
  delete process.env["AWS_EC2_METADATA_DISABLED"];
  set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1" });
  await expect(usedKey()).rejects.toThrow(/No S3 credentials were found/);
});

test("a profile that needs more than this says so, and asks no service", async () => {
  writeFileSync(`${folder}/config`, "[default]\ncredential_process = /bin/secret\n");
  await expect(usedKey()).rejects.toThrow(/credential_process, which is not supported/);
  expect(services.seen).toEqual([]);
});

test("a container's token goes to no stranger in the clear, and refusals show no secret", async () => {
  set({ ...CONTAINER(), AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.org/steal" });
  await expect(usedKey()).rejects.toThrow(/example\.org, to which no token goes without https/);
  set({ ...CONTAINER(), AWS_CONTAINER_AUTHORIZATION_TOKEN: "wrong-secret" });
  const error: unknown = await usedKey().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "StoreError", status: 403 });
  expect(String(error)).not.toContain("wrong-secret");
});
