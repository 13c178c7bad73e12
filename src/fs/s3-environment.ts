/**
 * What the environment says about S3: variables, and the shared files of the AWS tools.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { nodeProcess, tryNodeBuiltin } from "../base/platform.ts";
import { parseIni } from "./ini-file.ts";
import type { AwsCredentials } from "./sigv4.ts";

/** Settings that no option gave. */
export interface S3Environment {
  readonly credentials: AwsCredentials | undefined;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  /** Where credentials were looked for, for a message. */
  readonly looked: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;
type Profile = ReadonlyMap<string, string>;

/**
 * Reads `AWS_…` variables and, on Node, the profile in `~/.aws/credentials` and
 * `~/.aws/config`. A profile that the caller names comes before the variables' keys.
 *
 * @throws StoreError when a profile is named that is in no file.
 */
export async function readS3Environment(
  profileName: string | undefined,
  options: AbortOptions,
): Promise<S3Environment> {
  const env: Variables = nodeProcess()?.env ?? {};
  const name = profileName ?? set(env["AWS_PROFILE"]) ?? set(env["AWS_DEFAULT_PROFILE"]);
  const profile = await readProfile(name ?? "default", env, options);
  if (profile === undefined && name !== undefined)
    throw new StoreError(`There is no AWS profile ${JSON.stringify(name)} in ${filesOf(env).join(" or ")}.`);
  const fromVariables = credentialsOf(
    set(env["AWS_ACCESS_KEY_ID"]),
    set(env["AWS_SECRET_ACCESS_KEY"]),
    set(env["AWS_SESSION_TOKEN"]),
  );
  const fromProfile = credentialsOf(
    profile?.get("aws_access_key_id"),
    profile?.get("aws_secret_access_key"),
    profile?.get("aws_session_token"),
  );
  const ignoresEndpoints = /^true$/i.test(env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? "");
  return {
    credentials: profileName === undefined ? (fromVariables ?? fromProfile) : (fromProfile ?? fromVariables),
    region: set(env["AWS_REGION"]) ?? set(env["AWS_DEFAULT_REGION"]) ?? profile?.get("region"),
    endpoint: ignoresEndpoints
      ? undefined
      : (set(env["AWS_ENDPOINT_URL_S3"]) ?? set(env["AWS_ENDPOINT_URL"]) ?? profile?.get("endpoint_url")),
    looked:
      nodeProcess() === undefined
        ? ["the options"]
        : ["the options", "AWS_ACCESS_KEY_ID", `profile ${JSON.stringify(name ?? "default")}`],
  };
}

async function readProfile(
  name: string,
  env: Variables,
  options: AbortOptions,
): Promise<Profile | undefined> {
  const [credentialsFile, configFile] = filesOf(env);
  const credentials = (await readSections(credentialsFile, options))?.get(name);
  const config = await readSections(configFile, options);
  const settings =
    config?.get(`profile ${name}`) ?? (name === "default" ? config?.get("default") : undefined);
  if (credentials === undefined && settings === undefined) return undefined;
  return new Map([...(settings ?? []), ...(credentials ?? [])]);
}

async function readSections(
  path: string | undefined,
  options: AbortOptions,
): Promise<ReturnType<typeof parseIni> | undefined> {
  const fs = tryNodeBuiltin("fs/promises");
  if (fs === undefined || path === undefined) return undefined;
  try {
    return parseIni(await fs.readFile(path, { encoding: "utf8", signal: options.signal }));
  } catch (cause) {
    throwIfAborted(options.signal);
    const { code } = cause as { code?: unknown }; // a system error of Node's
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw new StoreError(`The AWS settings in ${path} cannot be read.`, { cause });
  }
}

function filesOf(env: Variables): string[] {
  const home = tryNodeBuiltin("os")?.homedir();
  const files = [
    set(env["AWS_SHARED_CREDENTIALS_FILE"]) ?? (home && `${home}/.aws/credentials`),
    set(env["AWS_CONFIG_FILE"]) ?? (home && `${home}/.aws/config`),
  ];
  return files.filter((file) => file !== undefined);
}

function credentialsOf(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined,
): AwsCredentials | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** A variable that is set to nothing is not set. */
function set(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
