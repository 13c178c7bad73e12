/**
 * Keys for S3 that a profile of the shared AWS files does not hold but says how to get: from a program, or from
 * IAM Identity Center (SSO) with the token that `aws sso login` left.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { nodeProcess, tryNodeBuiltin } from "../base/platform.ts";
import { credentialRequests, readCredentialJson } from "./credential-request.ts";
import { encodeSegment } from "./percent-encoding.ts";
import { makeCredentials } from "./s3-services.ts";
import type { AwsCredentials } from "./sigv4.ts";
import type { Transport } from "./transport.ts";

/** Where a profile says that its keys are. */
export type ProfileSource =
  | { readonly kind: "process"; readonly profile: string; readonly command: string }
  | {
      readonly kind: "sso";
      readonly profile: string;
      /** The name of the session, or the start URL, whose hash names the file of the token. */
      readonly session: string;
      readonly region: string;
      readonly account: string;
      readonly role: string;
    };

const MAX_OUTPUT_BYTES = 64 * 1024;
const PROCESS_MS = 60_000;

/** Finds the source in a profile; `session` gives the settings of an `[sso-session …]` section. */
export function profileSourceOf(
  profile: string,
  settings: ReadonlyMap<string, string> | undefined,
  session: (name: string) => ReadonlyMap<string, string> | undefined,
): ProfileSource | undefined {
  const sso = settings?.get("sso_session") ?? settings?.get("sso_start_url");
  if (settings !== undefined && sso !== undefined) {
    const shared = settings.has("sso_session") ? session(sso) : undefined;
    const [account, role] = [settings.get("sso_account_id"), settings.get("sso_role_name")];
    const region = shared?.get("sso_region") ?? settings.get("sso_region");
    if (account !== undefined && role !== undefined && region !== undefined)
      return { kind: "sso", profile, session: sso, region, account, role };
  }
  const command = settings?.get("credential_process");
  return command === undefined ? undefined : { kind: "process", profile, command };
}

/**
 * Asks the source.
 *
 * @throws StoreError when the program fails, or the token of SSO has ended or is not there; it tells no secret.
 */
export function profileCredentials(
  source: ProfileSource,
  transport: Transport | undefined,
  options: AbortOptions,
): Promise<AwsCredentials> {
  return source.kind === "process"
    ? fromProcess(source, options)
    : fromIdentityCenter(source, transport, options);
}

async function fromProcess(
  { profile, command }: Extract<ProfileSource, { kind: "process" }>,
  { signal }: AbortOptions,
): Promise<AwsCredentials> {
  const source = `The credential_process of the AWS profile ${JSON.stringify(profile)}`;
  const [program, ...args] = splitCommand(command);
  const children = tryNodeBuiltin("child_process");
  if (program === undefined || children === undefined) throw new StoreError(`${source} cannot be run.`);
  const output = await new Promise<string>((resolve, reject) => {
    const limits = { maxBuffer: MAX_OUTPUT_BYTES, timeout: PROCESS_MS, signal, windowsHide: true };
    children.execFile(program, args, limits, (error, stdout) => {
      if (error === null) return resolve(stdout);
      // The error of the system holds the command and what it printed, either of which may be a secret.
      const why = typeof error.code === "number" ? `ended with code ${error.code}` : "could not be run";
      reject(new StoreError(`${source} ${why}.`));
    });
  }).catch((error: unknown) => {
    throwIfAborted(signal);
    throw error;
  });
  const json = readCredentialJson(output, `The answer of ${source}`);
  const member = (name: string): string | undefined => json.get(name)?.toString();
  if (member("Version") !== "1") throw new StoreError(`${source} gave no document of version 1.`);
  return makeCredentials(source, {
    accessKeyId: member("AccessKeyId"),
    secretAccessKey: member("SecretAccessKey"),
    sessionToken: member("SessionToken"),
    expiration: member("Expiration"),
  });
}

async function fromIdentityCenter(
  { profile, session, region, account, role }: Extract<ProfileSource, { kind: "sso" }>,
  transport: Transport | undefined,
  { signal }: AbortOptions,
): Promise<AwsCredentials> {
  const source = `The SSO session of the AWS profile ${JSON.stringify(profile)}`;
  const login = `run: aws sso login --profile ${profile}`;
  const cached = await readCachedToken(session, source, { signal });
  const token = cached?.get("accessToken");
  const ends = Date.parse(String(cached?.get("expiresAt") ?? ""));
  if (typeof token !== "string") throw new StoreError(`${source} has no token: ${login}.`);
  if (!Number.isNaN(ends) && ends <= Date.now()) throw new StoreError(`${source} has ended: ${login}.`);
  const own = nodeProcess()?.env?.["AWS_ENDPOINT_URL_SSO"];
  const host = own || `https://portal.sso.${encodeSegment(region)}.amazonaws.com`;
  const answer = await credentialRequests(transport, { nearby: false })({
    method: "GET",
    url: `${host.replace(/\/+$/, "")}/federation/credentials?role_name=${encodeSegment(role)}&account_id=${encodeSegment(account)}`,
    headers: { "x-amz-sso_bearer_token": token, accept: "application/json" },
    signal,
  });
  const { roleCredentials } = parseObject(answer);
  const keys = readCredentialJson(JSON.stringify(roleCredentials ?? null), `The answer for ${source}`);
  const until = Number(keys.get("expiration") ?? NaN);
  return makeCredentials(source, {
    accessKeyId: keys.get("accessKeyId")?.toString(),
    secretAccessKey: keys.get("secretAccessKey")?.toString(),
    sessionToken: keys.get("sessionToken")?.toString(),
    expiration: Number.isFinite(until) ? new Date(until).toISOString() : undefined,
  });
}

/** What `aws sso login` wrote; `undefined` when it wrote nothing. */
async function readCachedToken(
  session: string,
  source: string,
  { signal }: AbortOptions,
): Promise<ReadonlyMap<string, string | number> | undefined> {
  const [fs, os, crypto] = [tryNodeBuiltin("fs/promises"), tryNodeBuiltin("os"), tryNodeBuiltin("crypto")];
  if (fs === undefined || os === undefined || crypto === undefined)
    throw new StoreError(`${source} cannot be read: there are no files here.`);
  const name = crypto.createHash("sha1").update(session).digest("hex");
  const home = nodeProcess()?.env?.["HOME"] || os.homedir();
  try {
    const text = await fs.readFile(`${home}/.aws/sso/cache/${name}.json`, {
      encoding: "utf8",
      signal,
    });
    return readCredentialJson(text, `The cached token of ${source}`);
  } catch (cause) {
    throwIfAborted(signal);
    const { code } = cause as { code?: unknown }; // a system error of Node's, or ours
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw cause;
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {}; // which has no keys
  }
}

/**
 * The words of a command line, as the tools of AWS split it: at spaces, but for those in quotes or behind a backslash. No
 * shell sees it. On Windows a backslash is a part of a path.
 */
export function splitCommand(
  command: string,
  windows: boolean = nodeProcess()?.platform === "win32",
): string[] {
  const escapes = windows ? "" : String.raw`\\[^]|`;
  const part = windows ? String.raw`[^\s"']` : String.raw`[^\s"'\\]`;
  const quoted = windows ? `"[^"]*"` : String.raw`"(?:\\[^]|[^"\\])*"`;
  const words = new RegExp(`(?:${escapes}${quoted}|'[^']*'|${part})+`, "g");
  const pieces = new RegExp(`${escapes}${quoted}|'[^']*'|${part}+`, "g");
  return [...command.matchAll(words)].map(([word]) =>
    [...word.matchAll(pieces)].map(([piece]) => unquoted(piece, windows)).join(""),
  );
}

function unquoted(piece: string, windows: boolean): string {
  if (piece.startsWith("'")) return piece.slice(1, -1);
  if (!piece.startsWith('"')) return windows ? piece : piece.replace(/\\([^])/g, "$1");
  const inner = piece.slice(1, -1);
  return windows ? inner : inner.replace(/\\(["\\])/g, "$1");
}
