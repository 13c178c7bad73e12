/**
 * Options of the Azure Blob Storage file system.
 *
 * @module
 */
import { nodeProcess } from "../base/platform.ts";
import { fromBase64 } from "./digest.ts";
import { booleanOption, countOption, readOptions, stringOption } from "./options.ts";
import type { EitherCase, RawOptions } from "./options.ts";
import { REMOTE_OPTIONS, readRemoteOptions } from "./remote-file-system.ts";
import type { RemoteFileSystemOptions } from "./remote-file-system.ts";

/** An access token for Azure Storage, and when it ends. */
export interface AzureToken {
  readonly token: string;
  readonly expiration?: Date | undefined;
}

/** Gives an access token when one is first needed, and again before it ends. */
export type AzureTokenCallback = () => string | AzureToken | Promise<string | AzureToken>;

/** A credential of `@azure/identity`. */
export interface AzureTokenCredential {
  getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

interface AzureOptions extends RemoteFileSystemOptions {
  /** Default: the connection string's, the host of an `abfs` URL, `AZURE_STORAGE_ACCOUNT_NAME`. */
  readonly accountName?: string | undefined;
  /** Signs requests (Shared Key). Default: `AZURE_STORAGE_ACCOUNT_KEY`. */
  readonly accountKey?: string | undefined;
  /** A shared access signature. Default: `AZURE_STORAGE_SAS_TOKEN`. */
  readonly sasToken?: string | undefined;
  /** Account, key or signature, and endpoint in one. Default: `AZURE_STORAGE_CONNECTION_STRING`. */
  readonly connectionString?: string | undefined;
  /** A callback that gives access tokens, a credential of `@azure/identity`, or an access token. */
  readonly credential?: AzureTokenCallback | AzureTokenCredential | string | undefined;
  /** `true` sends nothing that proves who asks; `false` fails where there is nothing. Default: anonymous where there is nothing, as adlfs. */
  readonly anon?: boolean | undefined;
  /** The blob service, with the account where it is in the path, as Azurite has it. Default `https://<account>.blob.core.windows.net`. */
  readonly endpoint?: string | undefined;
  /** The host of the blob service, as adlfs has it. */
  readonly accountHost?: string | undefined;
  /** A value longer than this is uploaded in blocks. Default 64 MiB. */
  readonly multipartThreshold?: number | undefined;
  /** Length of a block; more for values that would have over 50,000. Default 16 MiB. */
  readonly multipartPartBytes?: number | undefined;
}

/** Options of `AzureBlobFileSystem`, in camelCase or as adlfs spells them. */
export type AzureBlobFileSystemOptions = EitherCase<AzureOptions>;

/** What proves who asks. */
export type AzureProof =
  | { readonly kind: "anonymous" }
  | { readonly kind: "key"; readonly key: Uint8Array }
  /** The pairs of a query, percent-encoded, without a leading `?`. */
  | { readonly kind: "signature"; readonly query: string }
  | { readonly kind: "token"; readonly ask: () => Promise<AzureToken> };

/** The options, read. */
export interface AzureSettings {
  readonly account: string;
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly proof: AzureProof;
  /** Was it said that there is no proof? */
  readonly anon: boolean;
  readonly multipartThreshold: number;
  readonly multipartPartBytes: number;
  readonly remote: ReturnType<typeof readRemoteOptions>;
}

const OWNER = "AzureBlobFileSystem";
const KNOWN = [
  "accountName",
  "accountKey",
  "sasToken",
  "connectionString",
  "credential",
  "anon",
  "endpoint",
  "accountHost",
  "multipartThreshold",
  "multipartPartBytes",
  ...REMOTE_OPTIONS,
];
const SCOPE = "https://storage.azure.com/.default";
/** The account that Azurite and the emulators before it have, with the key that Microsoft publishes for it. */
const DEVELOPMENT = {
  AccountName: "devstoreaccount1",
  AccountKey: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
  BlobEndpoint: "http://127.0.0.1:10000/devstoreaccount1",
};

/**
 * Reads the options, and the environment where they say nothing.
 *
 * @throws TypeError for an unknown option, a wrong type, no account, or `anon: false` without a proof.
 */
export function readAzureOptions(given: unknown): AzureSettings {
  const options = readOptions(OWNER, given, KNOWN);
  const env = nodeProcess()?.env ?? {};
  const text = (name: string): string | undefined => stringOption(OWNER, options, name);
  const anon = booleanOption(OWNER, options, "anon");
  const fromOption = text("connectionString");
  // A connection string of the environment is for its own account alone.
  const ownProof = ["accountKey", "sasToken", "credential", "accountName"].some((name) => options.has(name));
  const connection = parseConnectionString(
    fromOption ?? (ownProof || anon === true ? undefined : env["AZURE_STORAGE_CONNECTION_STRING"]) ?? "",
  );
  const envAccount = env["AZURE_STORAGE_ACCOUNT_NAME"] || env["AZURE_STORAGE_ACCOUNT"];
  const named = text("accountName") ?? connection.get("AccountName");
  const endpoint = endpointOf(options, connection, named ?? (envAccount || undefined));
  const account = named ?? accountOf(endpoint) ?? (envAccount || undefined);
  if (account === undefined) throw new TypeError(`${OWNER} needs account_name or connection_string.`);
  const proof = anon === true ? undefined : proofOf(options, connection, account === envAccount ? env : {});
  if (proof === undefined && anon === false)
    throw new TypeError(
      `${OWNER} has nothing to prove who asks: pass account_key, sas_token, credential or connection_string.`,
    );
  return {
    account,
    endpoint,
    proof: proof ?? { kind: "anonymous" },
    anon: anon ?? false,
    multipartThreshold: countOption(OWNER, options, "multipartThreshold") ?? 64 * 2 ** 20,
    multipartPartBytes: countOption(OWNER, options, "multipartPartBytes") ?? 16 * 2 ** 20,
    remote: readRemoteOptions(OWNER, options),
  };
}

/** What an option, the connection string, or the environment offers, in this order. */
function proofOf(
  options: RawOptions,
  connection: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): AzureProof | undefined {
  const credential = options.get("credential");
  if (credential !== undefined) return tokenProof(credential);
  const key = stringOption(OWNER, options, "accountKey");
  const signature = stringOption(OWNER, options, "sasToken");
  if (key !== undefined || signature !== undefined) return keyProof(key) ?? signatureProof(signature);
  return (
    keyProof(connection.get("AccountKey")) ??
    signatureProof(connection.get("SharedAccessSignature")) ??
    keyProof(env["AZURE_STORAGE_ACCOUNT_KEY"] || env["AZURE_STORAGE_KEY"]) ??
    signatureProof(env["AZURE_STORAGE_SAS_TOKEN"])
  );
}

function keyProof(text: string | undefined): AzureProof | undefined {
  if (!text) return undefined;
  const key = fromBase64(text);
  if (key === undefined || key.byteLength === 0)
    throw new TypeError(`${OWNER}: the account key is no base64.`);
  return { kind: "key", key };
}

function signatureProof(text: string | undefined): AzureProof | undefined {
  const query = text?.trim().replace(/^\?/, "");
  return query ? { kind: "signature", query } : undefined;
}

function tokenProof(credential: unknown): AzureProof {
  if (typeof credential === "string") return { kind: "token", ask: async () => ({ token: credential }) };
  if (typeof credential === "function") {
    const callback = credential as AzureTokenCallback; // what it gives is looked at when it does
    return { kind: "token", ask: async () => checkedToken(await callback()) };
  }
  if (typeof credential === "object" && credential !== null && "getToken" in credential) {
    const { getToken } = credential;
    if (typeof getToken === "function") {
      const source = credential as AzureTokenCredential; // it has its method
      return {
        kind: "token",
        ask: async () => {
          const answer = await source.getToken(SCOPE);
          const expiration = answer === null ? undefined : new Date(answer.expiresOnTimestamp);
          return checkedToken({ token: answer?.token, expiration });
        },
      };
    }
  }
  throw new TypeError(`${OWNER} option credential must be a function, a token, or have a getToken().`);
}

function checkedToken(answer: unknown): AzureToken {
  const given: unknown = typeof answer === "string" ? { token: answer } : answer;
  if (typeof given === "object" && given !== null && "token" in given) {
    const { token, expiration } = given as { token: unknown; expiration?: unknown }; // just looked at
    if (typeof token === "string" && token !== "" && (expiration === undefined || expiration instanceof Date))
      return { token, expiration };
  }
  throw new TypeError("The credential callback must give a string or { token, expiration? }.");
}

function endpointOf(
  options: RawOptions,
  connection: ReadonlyMap<string, string>,
  account: string | undefined,
): string {
  const host = stringOption(OWNER, options, "accountHost");
  const scheme = connection.get("DefaultEndpointsProtocol") ?? "https";
  const suffix = connection.get("EndpointSuffix") ?? "core.windows.net";
  const endpoint =
    stringOption(OWNER, options, "endpoint") ??
    (host === undefined ? undefined : /^[a-z]+:\/\//.test(host) ? host : `https://${host}`) ??
    connection.get("BlobEndpoint") ??
    `${scheme}://${account ?? ""}.blob.${suffix}`;
  if (account === undefined && endpoint.includes("://.blob."))
    throw new TypeError(`${OWNER} needs account_name or connection_string.`);
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw new TypeError(`${OWNER}: the endpoint of the account is no URL.`, { cause });
  }
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.search !== "" || url.hash !== "")
    throw new TypeError(`${OWNER}: the endpoint must be an http URL without a query.`);
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** The account that an endpoint names: in its path where the host is an address, else first in its host. */
function accountOf(endpoint: string): string | undefined {
  const { hostname, pathname } = new URL(endpoint);
  const inPath = pathname.split("/")[1];
  return inPath || (/^[a-z0-9]+\.(blob|dfs)\./.exec(hostname) === null ? undefined : hostname.split(".")[0]);
}

/** `Name=value;…`; a value may hold `=`. */
function parseConnectionString(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
    else if (part.trim() !== "")
      throw new TypeError(`${OWNER} option connectionString must be of the form Name=value;Name=value.`);
  }
  if (!/^true$/i.test(fields.get("UseDevelopmentStorage") ?? "")) return fields;
  return new Map([...Object.entries(DEVELOPMENT), ...fields]);
}
