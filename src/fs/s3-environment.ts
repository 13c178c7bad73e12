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
import { profileSourceOf } from "./s3-profile-source.ts";
import type { ProfileSource } from "./s3-profile-source.ts";
import type { WebIdentity } from "./s3-services.ts";
import type { AwsCredentials } from "./sigv4.ts";

/** Settings that no option gave. */
export interface S3Environment {
  readonly credentials: AwsCredentials | undefined;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  /** A role to be taken by a token, where there are no keys. */
  readonly webIdentity: WebIdentity | undefined;
  /** Where the profile says that its keys are, where it holds none. */
  readonly profileSource: ProfileSource | undefined;
  /** Why the profile gives no keys though it says where they come from. */
  readonly unusable: string | undefined;
  /** Where credentials were looked for, for a message. */
  readonly looked: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;
type Profile = ReadonlyMap<string, string>;

/** What the shared files say of a profile. */
interface ReadProfile {
  readonly settings: Profile;
  readonly source: ProfileSource | undefined;
}

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
  const read = await readProfile(name ?? "default", env, options);
  const profile = read?.settings;
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
  // A web identity of the environment comes before the shared files, as with the tools of AWS.
  const ofVariables = fromVariables ?? webIdentityOf(env);
  const ofProfile = fromProfile ?? webIdentityOf({}, profile) ?? read?.source;
  const chosen = profileName === undefined ? (ofVariables ?? ofProfile) : (ofProfile ?? ofVariables);
  const ignoresEndpoints = /^true$/i.test(env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? "");
  return {
    credentials: chosen !== undefined && "accessKeyId" in chosen ? chosen : undefined,
    webIdentity: chosen !== undefined && "roleArn" in chosen ? chosen : undefined,
    profileSource: chosen !== undefined && "kind" in chosen ? chosen : undefined,
    unusable: chosen === undefined ? unusableProfile(name, profile) : undefined,
    region: set(env["AWS_REGION"]) ?? set(env["AWS_DEFAULT_REGION"]) ?? profile?.get("region"),
    endpoint: ignoresEndpoints
      ? undefined
      : (set(env["AWS_ENDPOINT_URL_S3"]) ?? set(env["AWS_ENDPOINT_URL"]) ?? profile?.get("endpoint_url")),
    looked:
      nodeProcess() === undefined
        ? ["the options"]
        : [
            "the options",
            "AWS_ACCESS_KEY_ID",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            `profile ${JSON.stringify(name ?? "default")}`,
            "the container's service",
            "the machine's service",
          ],
  };
}

/** The role that the variables, or the profile, let a token take. */
function webIdentityOf(env: Variables, profile?: Profile): WebIdentity | undefined {
  const tokenFile = set(env["AWS_WEB_IDENTITY_TOKEN_FILE"]) ?? profile?.get("web_identity_token_file");
  const roleArn = set(env["AWS_ROLE_ARN"]) ?? profile?.get("role_arn");
  if (tokenFile === undefined || roleArn === undefined) return undefined;
  return {
    roleArn,
    tokenFile,
    sessionName: set(env["AWS_ROLE_SESSION_NAME"]) ?? profile?.get("role_session_name"),
    endpoint: set(nodeProcess()?.env?.["AWS_ENDPOINT_URL_STS"]),
  };
}

/** What a profile asks for that is not done here. */
function unusableProfile(name: string | undefined, profile: Profile | undefined): string | undefined {
  const incomplete = ["sso_session", "sso_start_url"].find((setting) => profile?.has(setting));
  if (incomplete !== undefined)
    return `The AWS profile ${JSON.stringify(name ?? "default")} has ${incomplete}, and no sso_region, sso_account_id or sso_role_name.`;
  const found = ["source_profile", "credential_source"].find((setting) => profile?.has(setting));
  if (found === undefined) return undefined;
  return (
    `The AWS profile ${JSON.stringify(name ?? "default")} has ${found}, which is not supported; ` +
    "pass the option credentials, for example a provider of @aws-sdk/credential-providers."
  );
}

async function readProfile(
  name: string,
  env: Variables,
  options: AbortOptions,
): Promise<ReadProfile | undefined> {
  const [credentialsFile, configFile] = filesOf(env);
  const credentials = (await readSections(credentialsFile, options))?.get(name);
  const config = await readSections(configFile, options);
  const settings =
    config?.get(`profile ${name}`) ?? (name === "default" ? config?.get("default") : undefined);
  if (credentials === undefined && settings === undefined) return undefined;
  const merged = new Map([...(settings ?? []), ...(credentials ?? [])]);
  const source = profileSourceOf(name, merged, (session) => config?.get(`sso-session ${session}`));
  return { settings: merged, source };
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
