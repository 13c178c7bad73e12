/**
 * AWS Signature Version 4 in the `Authorization` header, as S3 has it: the path is encoded
 * once and not normalised. Source: "Authenticating Requests: Using the Authorization Header",
 * Amazon S3 API Reference.
 *
 * @module
 */
import { chain } from "../base/async.ts";
import type { Awaitable } from "../base/async.ts";
import { hmacSha256, sha256Hex, toHex } from "./digest.ts";
import { encodeSegment } from "./percent-encoding.ts";

/** Keys that sign requests. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** When they end; a callback is asked again some time before. */
  readonly expiration?: Date | undefined;
}

/** What is signed. */
export interface SignedRequest {
  readonly method: string;
  /** Host, with its port unless it is the default one. */
  readonly host: string;
  /** Path, percent-encoded, with a leading slash. */
  readonly path: string;
  /** Names and values of the query, percent-encoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case names; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

/** SHA-256 of an empty body. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const SERVICE = "s3";
const UNSIGNED = "UNSIGNED-PAYLOAD";

/** Signs requests; keeps the derived key of the day. */
export class RequestSigner {
  #keyName: string | undefined;
  #key: Uint8Array | undefined;

  /**
   * The headers of the request with those of the signature added. The result is at hand at
   * once where the runtime can sign synchronously.
   */
  sign(
    request: SignedRequest,
    credentials: AwsCredentials,
    region: string,
    date: Date,
  ): Awaitable<Record<string, string>> {
    const time = date.toISOString().replace(/[-:]|\.\d{3}/g, "");
    const day = time.slice(0, 8);
    const headers: Record<string, string> = {
      ...request.headers,
      host: request.host,
      "x-amz-content-sha256": request.payloadHash,
      "x-amz-date": time,
    };
    if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
    const names = Object.keys(headers).sort();
    const signedHeaders = names.join(";");
    const canonical = [
      request.method,
      request.path,
      canonicalQuery(request.query),
      ...names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, " ")}`),
      "",
      signedHeaders,
      request.payloadHash,
    ].join("\n");
    const scope = `${day}/${region}/${SERVICE}/aws4_request`;
    return chain(sha256Hex(canonical), (hash) =>
      chain(this.#signingKey(credentials.secretAccessKey, day, region), (key) =>
        chain(hmacSha256(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`), (signature) => {
          const { host: _, ...sent } = headers; // the transport sets it, and browsers forbid it
          sent["authorization"] =
            `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, ` +
            `SignedHeaders=${signedHeaders}, Signature=${toHex(signature)}`;
          return sent;
        }),
      ),
    );
  }

  /**
   * The query of a presigned URL: that of the request with the signature added, percent-encoded.
   * Only the host is signed besides; the body may be anything.
   */
  presign(
    request: Pick<SignedRequest, "method" | "host" | "path" | "query">,
    credentials: AwsCredentials,
    region: string,
    date: Date,
    expiresSeconds: number,
  ): Awaitable<[string, string][]> {
    const time = date.toISOString().replace(/[-:]|\.\d{3}/g, "");
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/${SERVICE}/aws4_request`;
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const added: [string, string][] = [
      ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
      ["X-Amz-Credential", `${accessKeyId}/${scope}`],
      ["X-Amz-Date", time],
      ["X-Amz-Expires", String(expiresSeconds)],
      ["X-Amz-SignedHeaders", "host"],
    ];
    if (sessionToken !== undefined) added.push(["X-Amz-Security-Token", sessionToken]);
    const query: [string, string][] = [
      ...request.query.map(([name, value]): [string, string] => [name, value]),
      ...added.map(([name, value]): [string, string] => [name, encodeSegment(value)]),
    ];
    const canonical = [
      request.method,
      request.path,
      canonicalQuery(query),
      `host:${request.host}`,
      "",
      "host",
      UNSIGNED,
    ].join("\n");
    return chain(sha256Hex(canonical), (hash) =>
      chain(this.#signingKey(secretAccessKey, day, region), (key) =>
        chain(hmacSha256(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`), (signature) => [
          ...query,
          ["X-Amz-Signature", toHex(signature)],
        ]),
      ),
    );
  }

  #signingKey(secret: string, day: string, region: string): Awaitable<Uint8Array> {
    const name = `${secret}\n${day}\n${region}`;
    if (this.#keyName === name && this.#key !== undefined) return this.#key;
    const dated = hmacSha256(`AWS4${secret}`, day);
    const regional = chain(dated, (key) => hmacSha256(key, region));
    const scoped = chain(regional, (key) => hmacSha256(key, SERVICE));
    return chain(
      chain(scoped, (key) => hmacSha256(key, "aws4_request")),
      (key) => {
        this.#keyName = name;
        this.#key = key;
        return key;
      },
    );
  }
}

function canonicalQuery(query: SignedRequest["query"]): string {
  return query
    .map(([name, value]) => [name, value] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}
