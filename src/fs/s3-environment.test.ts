import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StoreError } from "../base/errors.ts";
import { readS3Environment } from "./s3-environment.ts";

const variables = { ...process.env };
let directory: string;

beforeEach(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  directory = await mkdtemp(`${tmpdir()}/zarrkit-aws-`);
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = `${directory}/credentials`;
  process.env["AWS_CONFIG_FILE"] = `${directory}/config`;
  await writeFile(
    `${directory}/credentials`,
    "[default]\naws_access_key_id=D\naws_secret_access_key=ds\n[work]\naws_access_key_id=W\naws_secret_access_key=ws\naws_session_token=wt\n",
  );
  await writeFile(
    `${directory}/config`,
    "[default]\nregion=eu-1\n[profile work]\nregion=eu-2\nendpoint_url=http://w:1\n",
  );
});
afterEach(async () => {
  process.env = { ...variables };
  await rm(directory, { recursive: true });
});

test("the default profile, a named one, and AWS_PROFILE", async () => {
  expect(await readS3Environment(undefined, {})).toMatchObject({
    credentials: { accessKeyId: "D", secretAccessKey: "ds", sessionToken: undefined },
    region: "eu-1",
    endpoint: undefined,
  });
  const work = {
    credentials: { accessKeyId: "W", secretAccessKey: "ws", sessionToken: "wt" },
    region: "eu-2",
    endpoint: "http://w:1",
  };
  expect(await readS3Environment("work", {})).toMatchObject(work);
  process.env["AWS_PROFILE"] = "work";
  expect(await readS3Environment(undefined, {})).toMatchObject(work);
  process.env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  expect((await readS3Environment("work", {})).endpoint).toBeUndefined();
});

test("variables come before the files, but not before a profile that is asked for", async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "V", AWS_SECRET_ACCESS_KEY: "vs", AWS_REGION: "r" });
  expect(await readS3Environment(undefined, {})).toMatchObject({
    credentials: { accessKeyId: "V" },
    region: "r",
  });
  expect(await readS3Environment("work", {})).toMatchObject({ credentials: { accessKeyId: "W" } });
});

test("a profile that is nowhere is an error, files that are nowhere are none", async () => {
  await expect(readS3Environment("absent", {})).rejects.toBeInstanceOf(StoreError);
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = `${directory}/none`;
  process.env["AWS_CONFIG_FILE"] = `${directory}/none`;
  expect((await readS3Environment(undefined, {})).credentials).toBeUndefined();
});
