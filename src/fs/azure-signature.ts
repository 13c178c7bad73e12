/**
 * Azure's Shared Key signature of a request, and the service signature of a URL. Source:
 * "Authorize with Shared Key" and "Create a service SAS", Azure Storage REST API reference.
 *
 * @module
 */
import { chain } from "../base/async.ts";
import type { Awaitable } from "../base/async.ts";
import { hmacSha256, toBase64 } from "./digest.ts";
import { encodeSegment } from "./percent-encoding.ts";

/** What is signed. */
export interface AzureSignedRequest {
  readonly method: string;
  /** Path of the URL, percent-encoded. */
  readonly path: string;
  /** Decoded. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names; with `x-ms-date` and `x-ms-version`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyLength: number;
}

/** Standard headers that are signed, in their order; the date is that of `x-ms-date`. */
const SIGNED = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
];

/** The `Authorization` header of a request. */
export function azureAuthorization(
  request: AzureSignedRequest,
  account: string,
  key: Uint8Array,
): Awaitable<string> {
  const { method, path, query, headers, bodyLength } = request;
  const value = (name: string): string =>
    name === "content-length" ? (bodyLength === 0 ? "" : String(bodyLength)) : (headers[name] ?? "");
  const own = Object.keys(headers)
    .filter((name) => name.startsWith("x-ms-"))
    .sort();
  const text = [
    method,
    ...SIGNED.map(value),
    ...own.map((name) => `${name}:${headers[name]!.trim()}`),
    `/${account}${path}`,
  ].join("\n");
  const parameters = Object.keys(query)
    .sort()
    .map((name) => `\n${name.toLowerCase()}:${query[name]}`)
    .join("");
  return chain(
    hmacSha256(key, text + parameters),
    (signature) => `SharedKey ${account}:${toBase64(signature)}`,
  );
}

/** The query of a URL that lets whoever has it do what `permissions` say (`r`, `cw`, `d`) to one blob. */
export function azureBlobSignature(
  blob: { readonly account: string; readonly container: string; readonly key: string },
  permissions: string,
  expiry: Date,
  key: Uint8Array,
): Awaitable<string> {
  const version = "2020-12-06";
  const until = expiry.toISOString().replace(/\.\d{3}Z$/, "Z");
  const fields = [
    permissions,
    "", // from now on
    until,
    `/blob/${blob.account}/${blob.container}/${blob.key}`,
    "", // no stored policy
    "", // from any address
    "https,http",
    version,
    "b",
    "", // no snapshot
    "", // no encryption scope
    ...["", "", "", "", ""], // headers of the answer as they are stored
  ];
  return chain(hmacSha256(key, fields.join("\n")), (signature) =>
    Object.entries({
      sv: version,
      sr: "b",
      sp: permissions,
      spr: "https,http",
      se: until,
      sig: toBase64(signature),
    })
      .map(([name, value]) => `${name}=${encodeSegment(value)}`)
      .join("&"),
  );
}
