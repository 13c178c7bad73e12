/**
 * Options of the S3 file system.
 *
 * @module
 */
import {
  booleanOption,
  countOption,
  functionOption,
  nestedOptions,
  readOptions,
  stringOption,
  stringsOption,
} from "./options.ts";
import type { EitherCase, RawOptions } from "./options.ts";
import { REMOTE_OPTIONS, readRemoteOptions } from "./remote-file-system.ts";
import type { RemoteFileSystemOptions } from "./remote-file-system.ts";
import type { AwsCredentials } from "./sigv4.ts";

interface S3Options extends RemoteFileSystemOptions {
  /** Send unsigned requests, for public buckets. Default `false`. */
  readonly anon?: boolean | undefined;
  /** Access key; needs `secret`. */
  readonly key?: string | undefined;
  readonly secret?: string | undefined;
  /** Session token of temporary keys. */
  readonly token?: string | undefined;
  /** Section of the shared AWS files, on Node. Default: `AWS_PROFILE`, else `default`. */
  readonly profile?: string | undefined;
  /** Gives keys when they are first needed, and again before they end or when the server finds them expired. */
  readonly credentials?: (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
  /** A service other than AWS. Default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the profile. */
  readonly endpointUrl?: string | undefined;
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, `us-east-1`; the service's correction is followed. */
  readonly region?: string | undefined;
  /** What s3fs passes to its client; `endpoint_url`, `region_name`, `aws_access_key_id` and so on are read. */
  readonly clientKwargs?: Readonly<Record<string, unknown>> | undefined;
  /** What s3fs passes to botocore; `s3.addressing_style` is read. */
  readonly configKwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Pay for the requests to a requester-pays bucket. Default `false`. */
  readonly requesterPays?: boolean | undefined;
  /** `"path"` puts the bucket into the path, `"virtual"` into the host name. Default `"auto"`: the path at custom endpoints and for buckets that are no host names. */
  readonly addressingStyle?: "auto" | "path" | "virtual" | undefined;
  /** `https` for an endpoint that is given without a scheme. Default `true`. */
  readonly useSsl?: boolean | undefined;
  /** Headers to add to every request; they are signed. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A value longer than this is uploaded in parts. Default 64 MiB. */
  readonly multipartThreshold?: number | undefined;
  /** Length of a part; at least 5 MiB, and more for values that would have over 10,000 parts. Default 16 MiB. */
  readonly multipartPartBytes?: number | undefined;
  /** `false` for a service that takes `If-Match` on writes and does not heed it. Default `true`. */
  readonly conditionalWrites?: boolean | undefined;
}

/** Options of `S3FileSystem`, in camelCase or as s3fs spells them. */
export type S3FileSystemOptions = EitherCase<S3Options>;

/** The options, read and merged with those nested in `client_kwargs` and `config_kwargs`. */
export interface S3Settings {
  readonly anon: boolean;
  readonly keys: AwsCredentials | undefined;
  readonly callback: (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
  readonly profile: string | undefined;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly requesterPays: boolean;
  readonly style: "auto" | "path" | "virtual";
  readonly headers: Readonly<Record<string, string>>;
  readonly multipartThreshold: number;
  readonly multipartPartBytes: number;
  readonly conditionalWrites: boolean;
  readonly remote: ReturnType<typeof readRemoteOptions>;
}

const OWNER = "S3FileSystem";
const KNOWN = [
  "anon",
  "key",
  "secret",
  "token",
  "profile",
  "credentials",
  "endpointUrl",
  "region",
  "clientKwargs",
  "configKwargs",
  "requesterPays",
  "addressingStyle",
  "useSsl",
  "headers",
  "multipartThreshold",
  "multipartPartBytes",
  "conditionalWrites",
  ...REMOTE_OPTIONS,
];
const CLIENT_KWARGS = [
  "endpointUrl",
  "regionName",
  "awsAccessKeyId",
  "awsSecretAccessKey",
  "awsSessionToken",
  "useSsl",
];

/**
 * Reads the options.
 *
 * @throws TypeError for an unknown one, a wrong type, or a key without a secret.
 */
export function readS3Options(given: unknown): S3Settings {
  const options = readOptions(OWNER, given, KNOWN);
  const kwargs = nestedOptions(OWNER, options, "clientKwargs", CLIENT_KWARGS);
  const text = (name: string, nested?: string): string | undefined =>
    stringOption(OWNER, options, name) ??
    (nested === undefined ? undefined : stringOption(`${OWNER} clientKwargs`, kwargs, nested));
  const accessKeyId = text("key", "awsAccessKeyId");
  const secretAccessKey = text("secret", "awsSecretAccessKey");
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    throw new TypeError(`${OWNER} needs both key and secret, or neither.`);
  const ssl = booleanOption(OWNER, options, "useSsl") ?? booleanOption(OWNER, kwargs, "useSsl") ?? true;
  const endpoint = text("endpointUrl", "endpointUrl");
  return {
    anon: booleanOption(OWNER, options, "anon") ?? false,
    keys:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, sessionToken: text("token", "awsSessionToken") },
    callback: functionOption<() => AwsCredentials | Promise<AwsCredentials>>(OWNER, options, "credentials"),
    profile: text("profile"),
    endpoint: endpoint === undefined ? undefined : withScheme(endpoint, ssl),
    region: text("region", "regionName"),
    requesterPays: booleanOption(OWNER, options, "requesterPays") ?? false,
    style: readStyle(options),
    headers: lowerCased(stringsOption(OWNER, options, "headers") ?? {}),
    multipartThreshold: countOption(OWNER, options, "multipartThreshold") ?? 64 * 2 ** 20,
    multipartPartBytes: countOption(OWNER, options, "multipartPartBytes") ?? 16 * 2 ** 20,
    conditionalWrites: booleanOption(OWNER, options, "conditionalWrites") ?? true,
    remote: readRemoteOptions(OWNER, options),
  };
}

function readStyle(options: RawOptions): "auto" | "path" | "virtual" {
  const config = nestedOptions(OWNER, options, "configKwargs", ["s3"]);
  const nested = nestedOptions(`${OWNER} configKwargs`, config, "s3", ["addressingStyle"]);
  const style =
    stringOption(OWNER, options, "addressingStyle") ??
    stringOption(OWNER, nested, "addressingStyle") ??
    "auto";
  if (style === "auto" || style === "path" || style === "virtual") return style;
  throw new TypeError(
    `${OWNER} option addressingStyle must be auto, path or virtual, got ${JSON.stringify(style)}.`,
  );
}

function withScheme(endpoint: string, ssl: boolean): string {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(endpoint)
    ? endpoint
    : `${ssl ? "https" : "http"}://${endpoint}`;
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
