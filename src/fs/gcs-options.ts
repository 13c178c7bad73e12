/**
 * Options of the Google Cloud Storage file system.
 *
 * @module
 */
import { booleanOption, countOption, readOptions, stringOption } from "./options.ts";
import type { EitherCase, RawOptions } from "./options.ts";
import { REMOTE_OPTIONS, readRemoteOptions } from "./remote-file-system.ts";
import type { RemoteFileSystemOptions } from "./remote-file-system.ts";

/** An access token of Google's, and when it ends. */
export interface GoogleToken {
  readonly token: string;
  readonly expiration?: Date | undefined;
}

/** Gives an access token: when one is first needed, and again before it ends or when the server finds it ended. */
export type GoogleTokenCallback = () => string | GoogleToken | Promise<string | GoogleToken>;

interface GcsOptions extends RemoteFileSystemOptions {
  /**
   * `"anon"` for public buckets; an access token; the path of a JSON key file, or its content as
   * an object; `"google_default"` for the environment's key file, the one that gcloud wrote, or
   * the machine's service; `"cloud"` for that service alone; or a callback. Default
   * `"google_default"`, and `"anon"` where `STORAGE_EMULATOR_HOST` names the server.
   */
  readonly token?: string | Readonly<Record<string, unknown>> | GoogleTokenCallback | undefined;
  /** The same as `token: "anon"`. */
  readonly anon?: boolean | undefined;
  /** A server other than Google's. Default: `STORAGE_EMULATOR_HOST`. */
  readonly endpointUrl?: string | undefined;
  /** The project whose buckets are listed, and which pays. Default: `GOOGLE_CLOUD_PROJECT`, the key file. */
  readonly project?: string | undefined;
  /** Pay for the requests to a requester-pays bucket: `true` for `project`, or another project. Default `false`. */
  readonly requesterPays?: boolean | string | undefined;
  /** What an access token is asked for. Default `"full_control"`. */
  readonly access?: "read_only" | "read_write" | "full_control" | undefined;
  /** A value longer than this is uploaded in parts, by a resumable upload. Default 64 MiB. */
  readonly multipartThreshold?: number | undefined;
  /** Length of a part, in multiples of 256 KiB. Default 16 MiB. */
  readonly multipartPartBytes?: number | undefined;
}

/** Options of `GCSFileSystem`, in camelCase or as gcsfs spells them. */
export type GCSFileSystemOptions = EitherCase<GcsOptions>;

/** Where access tokens come from. */
export type TokenSource =
  | { readonly kind: "anonymous" }
  | { readonly kind: "fixed"; readonly token: string }
  | { readonly kind: "callback"; readonly callback: GoogleTokenCallback }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "document"; readonly document: Readonly<Record<string, unknown>> }
  | { readonly kind: "default" }
  | { readonly kind: "machine" };

/** The options, read. */
export interface GcsSettings {
  readonly source: TokenSource | undefined;
  readonly endpoint: string | undefined;
  readonly project: string | undefined;
  readonly requesterPays: boolean | string;
  readonly scope: string;
  readonly multipartThreshold: number;
  readonly multipartPartBytes: number;
  readonly remote: ReturnType<typeof readRemoteOptions>;
}

const OWNER = "GCSFileSystem";
const KNOWN = [
  "token",
  "anon",
  "endpointUrl",
  "project",
  "requesterPays",
  "access",
  "multipartThreshold",
  "multipartPartBytes",
  ...REMOTE_OPTIONS,
];
const SCOPES = new Set(["read_only", "read_write", "full_control"]);

/**
 * Reads the options.
 *
 * @throws TypeError for an unknown one or a wrong type.
 */
export function readGcsOptions(given: unknown): GcsSettings {
  const options = readOptions(OWNER, given, KNOWN);
  const access = stringOption(OWNER, options, "access") ?? "full_control";
  if (!SCOPES.has(access))
    throw new TypeError(`${OWNER} option access must be ${[...SCOPES].join(", ")}, got ${access}.`);
  const anon = booleanOption(OWNER, options, "anon") ?? false;
  const source = readSource(options.get("token"));
  if (anon && source !== undefined && source.kind !== "anonymous")
    throw new TypeError(`${OWNER} got both a token and anon.`);
  return {
    source: anon ? { kind: "anonymous" } : source,
    endpoint: stringOption(OWNER, options, "endpointUrl"),
    project: stringOption(OWNER, options, "project"),
    requesterPays: readRequesterPays(options),
    multipartThreshold: countOption(OWNER, options, "multipartThreshold") ?? 64 * 2 ** 20,
    multipartPartBytes: countOption(OWNER, options, "multipartPartBytes") ?? 16 * 2 ** 20,
    scope: `https://www.googleapis.com/auth/devstorage.${access}`,
    remote: readRemoteOptions(OWNER, options),
  };
}

function readSource(token: unknown): TokenSource | undefined {
  if (token === undefined) return undefined;
  // A function is all that can be seen of a callback; what it gives is looked at when it does.
  if (typeof token === "function") return { kind: "callback", callback: token as GoogleTokenCallback };
  if (typeof token === "object" && token !== null && !Array.isArray(token))
    return { kind: "document", document: { ...token } };
  if (typeof token !== "string" || token === "")
    throw new TypeError(`${OWNER} option token must be a string, a key as an object, or a function.`);
  if (token === "anon") return { kind: "anonymous" };
  if (token === "google_default") return { kind: "default" };
  if (token === "cloud") return { kind: "machine" };
  if (token === "cache" || token === "browser")
    throw new TypeError(
      `${OWNER} has no token ${JSON.stringify(token)}: pass an access token or a callback.`,
    );
  // An access token has no slash, and no name of a file that would hold a key.
  return /[\\/]|\.json$/.test(token) && !token.startsWith("ya29.")
    ? { kind: "file", path: token }
    : { kind: "fixed", token };
}

function readRequesterPays(options: RawOptions): boolean | string {
  const value = options.get("requesterPays");
  if (typeof value === "string" && !/^(true|false|0|1)$/i.test(value)) return value;
  return booleanOption(OWNER, options, "requesterPays") ?? false;
}
