/** Keys from the services of AWS, each played by a server on loopback. */
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import type { S3Server } from "../../test/servers/embedded-s3.mjs";
import { S3FileSystem } from "./s3-file-system.ts";
import type { S3FileSystemOptions } from "./s3-options.ts";
import { splitCommand } from "./s3-profile-source.ts";

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
      "signed-on": { secret: "s5", token: "t5" },
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
    case "GET /federation/credentials?role_name=the%20reader&account_id=1": {
      if (headers["x-amz-sso_bearer_token"] !== "sso-token") return undefined;
      const keys = { accessKeyId: "signed-on", secretAccessKey: "s5", sessionToken: "t5" };
      return JSON.stringify({ roleCredentials: { ...keys, expiration: Date.parse(expiration) } });
    }
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
  writeFileSync(`${folder}/config`, "[default]\nrole_arn = arn:x\nsource_profile = other\n");
  await expect(usedKey()).rejects.toThrow(/source_profile, which is not supported/);
  writeFileSync(`${folder}/config`, "[default]\nsso_session = work\n");
  await expect(usedKey()).rejects.toThrow(/sso_session, and no sso_region/);
  expect(services.seen).toEqual([]);
});

test("a profile may name a program that gives keys, again before they end", async () => {
  const script = `${folder}/give keys.mjs`;
  const keys = { Version: 1, AccessKeyId: "container", SecretAccessKey: "s3", SessionToken: "t3" };
  const answer = `console.log(JSON.stringify({ ...${JSON.stringify(keys)}, Expiration: process.argv[3] }))`;
  writeFileSync(
    script,
    `import { appendFileSync } from "node:fs"; appendFileSync(process.argv[2], "x"); ${answer}`,
  );
  const use = async (until: Date): Promise<number> => {
    const runs = `${folder}/runs-${until.getTime()}`;
    const command = `${process.execPath} "${script}" ${runs} ${until.toISOString()}`;
    writeFileSync(`${folder}/config`, `[profile p]\ncredential_process = ${command}\n`);
    const fs = new S3FileSystem({ endpoint_url: s3.url, profile: "p" });
    await Promise.all([fs.catFile("b/x"), fs.catFile("b/x")]);
    await fs.catFile("b/x");
    return readFileSync(runs, "utf8").length;
  };
  expect(await use(new Date(Date.now() + 3_600_000))).toBe(1);
  expect(await use(new Date(Date.now() + 30_000))).toBe(2); // less than the margin
  expect(await usedKey({ profile: "p" })).toBe("container");
});

test("a program that fails or gives no keys is an error that tells no secret", async () => {
  const failing = async (code: string): Promise<string> => {
    writeFileSync(`${folder}/program.mjs`, code);
    writeFileSync(
      `${folder}/config`,
      `[default]\ncredential_process = ${process.execPath} ${folder}/program.mjs hidden-argument\n`,
    );
    const error: unknown = await usedKey().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "StoreError" });
    return `${inspect(error, { depth: 9 })}`;
  };
  const spilled = 'console.log("hidden-output"); console.error("hidden-error"); process.exit(3)';
  const failed = await failing(spilled);
  expect(failed).toContain("ended with code 3");
  expect(failed).not.toMatch(/hidden-/);
  expect(await failing('console.log("hidden-output")')).toMatch(/no JSON object/);
  expect(await failing('console.log(`{"Version":2}`)')).toMatch(/version 1/);
  expect(await failing('console.log(`{"Version":1}`)')).toMatch(/gave no keys/);
  writeFileSync(`${folder}/config`, "[default]\ncredential_process = /nonexistent/program\n");
  await expect(usedKey()).rejects.toThrow(/could not be run/);
});

test("the command of a program is split as the tools of AWS do", () => {
  const command = String.raw`/opt/a\ b/run --name "a \"b\" c" 'it is' x"y"z`;
  expect(splitCommand(command, false)).toEqual(["/opt/a b/run", "--name", 'a "b" c', "it is", "xyz"]);
  expect(splitCommand(String.raw`"C:\Program Files\run.exe" C:\x`, true)).toEqual([
    String.raw`C:\Program Files\run.exe`,
    String.raw`C:\x`,
  ]);
});

test("a profile may name a session of SSO, whose token another tool has left", async () => {
  const home = `${folder}/home`;
  set({ HOME: home, USERPROFILE: home, AWS_ENDPOINT_URL_SSO: services.url });
  const token = (session: string, expiresAt: Date): void => {
    const name = createHash("sha1").update(session).digest("hex");
    mkdirSync(`${home}/.aws/sso/cache`, { recursive: true });
    const accessToken = "sso-token";
    writeFileSync(`${home}/.aws/sso/cache/${name}.json`, JSON.stringify({ accessToken, expiresAt }));
  };
  const role = "sso_account_id = 1\nsso_role_name = the reader\n";
  writeFileSync(
    `${folder}/config`,
    `[profile new]\nsso_session = work\n${role}[sso-session work]\nsso_region = eu-1\n` +
      `[profile old]\nsso_start_url = https://start.test\nsso_region = eu-1\n${role}`,
  );
  await expect(usedKey({ profile: "new" })).rejects.toThrow(/no token: run: aws sso login --profile new/);
  token("work", new Date(Date.now() - 1000));
  await expect(usedKey({ profile: "new" })).rejects.toThrow(/has ended: run: aws sso login/);
  expect(services.seen).toEqual([]);
  token("work", new Date(Date.now() + 60_000));
  token("https://start.test", new Date(Date.now() + 60_000));
  expect(await usedKey({ profile: "new" })).toBe("signed-on");
  expect(await usedKey({ profile: "old" })).toBe("signed-on");
  expect(services.seen).toHaveLength(2);
});

test("a container's token goes to no stranger in the clear, and refusals show no secret", async () => {
  set({ ...CONTAINER(), AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.org/steal" });
  await expect(usedKey()).rejects.toThrow(/example\.org, to which no token goes without https/);
  set({ ...CONTAINER(), AWS_CONTAINER_AUTHORIZATION_TOKEN: "wrong-secret" });
  const error: unknown = await usedKey().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "StoreError", status: 403 });
  expect(String(error)).not.toContain("wrong-secret");
});
