/**
 * Keys for S3 that a service of AWS gives: for a web identity, to a container, to a machine.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { nodeProcess, tryNodeBuiltin } from "../base/platform.ts";
import { credentialRequests, readCredentialJson } from "./credential-request.ts";
import { encodeSegment } from "./percent-encoding.ts";
import type { AwsCredentials } from "./sigv4.ts";
import type { Transport } from "./transport.ts";
import { child, childText, parseXml } from "./xml.ts";

/** A role that may be taken with the token in a file. */
export interface WebIdentity {
  readonly roleArn: string;
  readonly tokenFile: string;
  readonly sessionName: string | undefined;
  /** Where the token service is. Default: that of the region. */
  readonly endpoint: string | undefined;
}

const CONTAINER_HOST = "http://169.254.170.2";
const INSTANCE_HOST = "http://169.254.169.254";
/** Besides loopback, the only hosts to which a container's token may go without encryption: those of ECS and EKS. */
const CONTAINER_HOSTS = new Set(["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]);

/** Exchanges the token of a web identity for keys, at the token service of `region`. */
export async function webIdentityCredentials(
  identity: WebIdentity,
  region: string,
  transport: Transport | undefined,
  options: AbortOptions,
): Promise<AwsCredentials> {
  const token = await readSecretFile(identity.tokenFile, options);
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = identity.endpoint ?? `https://sts.${encodeSegment(region)}.${suffix}/`;
  const form: Record<string, string> = {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: identity.roleArn,
    RoleSessionName: identity.sessionName ?? `zarrkit-${Date.now()}`,
    WebIdentityToken: token,
  };
  const ask = credentialRequests(transport, { nearby: false });
  const answer = await ask({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/xml" },
    body: Object.entries(form)
      .map(([name, value]) => `${name}=${encodeSegment(value)}`)
      .join("&"),
    signal: options.signal,
  });
  const result = child(parseXml(answer), "AssumeRoleWithWebIdentityResult");
  const credentials = result === undefined ? undefined : child(result, "Credentials");
  const text = (name: string): string | undefined =>
    credentials === undefined ? undefined : childText(credentials, name)?.trim();
  return makeCredentials("The AWS token service", {
    accessKeyId: text("AccessKeyId"),
    secretAccessKey: text("SecretAccessKey"),
    sessionToken: text("SessionToken"),
    expiration: text("Expiration"),
  });
}

/** Keys from the container's service (ECS, EKS), or `undefined` when no variable names one. */
export async function containerCredentials(
  transport: Transport | undefined,
  options: AbortOptions,
): Promise<AwsCredentials | undefined> {
  const env = nodeProcess()?.env ?? {};
  const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (!relative && !full) return undefined;
  const url = relative ? CONTAINER_HOST + relative : checkedContainerUrl(full!);
  const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = file ? await readSecretFile(file, options) : env["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  if (token !== undefined && /[\r\n]/.test(token))
    throw new StoreError("The container's authorization token has a line end.");
  const ask = credentialRequests(transport, { nearby: true });
  const headers: Record<string, string> = { accept: "application/json" };
  if (token) headers["authorization"] = token;
  const answer = await ask({ method: "GET", url, headers, signal: options.signal });
  return jsonCredentials("The container's credential service", answer);
}

/**
 * Keys of the machine's role (EC2, by version 2 of its service), or `undefined` when no such
 * service answers, when it has no role, or when `AWS_EC2_METADATA_DISABLED` is `true`.
 */
export async function instanceCredentials(
  transport: Transport | undefined,
  options: AbortOptions,
): Promise<AwsCredentials | undefined> {
  const env = nodeProcess()?.env;
  if (env === undefined || /^true$/i.test(env["AWS_EC2_METADATA_DISABLED"] ?? "")) return undefined;
  const base = (env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] || INSTANCE_HOST).replace(/\/+$/, "");
  const ask = credentialRequests(transport, { nearby: true });
  const { signal } = options;
  const roles = `${base}/latest/meta-data/iam/security-credentials/`;
  let headers: Record<string, string>;
  let role: string;
  try {
    const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "21600" };
    const token = await ask({ method: "PUT", url: `${base}/latest/api/token`, headers: ttl, signal });
    headers = { "x-aws-ec2-metadata-token": token.trim() };
    role = (await ask({ method: "GET", url: roles, headers, signal })).trim().split(/\s+/)[0] ?? "";
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof StoreError) return undefined; // not such a machine, or one without a role
    throw error;
  }
  if (role === "") return undefined;
  const answer = await ask({ method: "GET", url: roles + encodeSegment(role), headers, signal });
  return jsonCredentials("The machine's credential service", answer);
}

function checkedContainerUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new StoreError("AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL.", { cause });
  }
  const { protocol, hostname } = url;
  const loopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
  if (protocol === "https:" || (protocol === "http:" && (loopback || CONTAINER_HOSTS.has(hostname))))
    return text;
  throw new StoreError(
    `AWS_CONTAINER_CREDENTIALS_FULL_URI names ${hostname}, to which no token goes without https.`,
  );
}

function jsonCredentials(source: string, text: string): AwsCredentials {
  const json = readCredentialJson(text, source);
  const member = (name: string): string | undefined => {
    const value = json.get(name);
    return value === undefined ? undefined : String(value);
  };
  return makeCredentials(source, {
    accessKeyId: member("AccessKeyId"),
    secretAccessKey: member("SecretAccessKey"),
    sessionToken: member("Token"),
    expiration: member("Expiration"),
  });
}

/** Keys of what a source gave. @throws StoreError when there are none. */
export function makeCredentials(
  source: string,
  found: Readonly<
    Record<"accessKeyId" | "secretAccessKey" | "sessionToken" | "expiration", string | undefined>
  >,
): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken } = found;
  if (!accessKeyId || !secretAccessKey) throw new StoreError(`${source} gave no keys.`);
  const time = Date.parse(found.expiration ?? "");
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    expiration: Number.isNaN(time) ? undefined : new Date(time),
  };
}

async function readSecretFile(path: string, options: AbortOptions): Promise<string> {
  const fs = tryNodeBuiltin("fs/promises");
  if (fs === undefined) throw new StoreError(`${path} cannot be read: there are no files here.`);
  try {
    return (await fs.readFile(path, { encoding: "utf8", signal: options.signal })).trim();
  } catch (cause) {
    throwIfAborted(options.signal);
    throw new StoreError(`The token in ${path} cannot be read.`, { cause });
  }
}
