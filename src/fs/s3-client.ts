/**
 * Requests to S3: addressed, signed, and sent again where the service corrects us about a
 * region, expired keys or the time.
 *
 * @module
 */
import { abortable, throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { isZarrError, UnsupportedError } from "../base/errors.ts";
import { sha256Hex } from "./digest.ts";
import { encodeSegment } from "./percent-encoding.ts";
import type { Exchange, HttpClient, HttpRequestParts, Refusal, RefusalVerdict } from "./request-policy.ts";
import { s3Address } from "./s3-address.ts";
import type { S3Address } from "./s3-address.ts";
import { S3Credentials } from "./s3-credentials.ts";
import { readS3Error } from "./s3-error.ts";
import type { S3Error } from "./s3-error.ts";
import { readS3Environment } from "./s3-environment.ts";
import type { S3Environment } from "./s3-environment.ts";
import type { S3Settings } from "./s3-options.ts";
import type { Signing } from "./signing.ts";
import { EMPTY_SHA256, RequestSigner } from "./sigv4.ts";
import type { AwsCredentials } from "./sigv4.ts";

/** One request to a bucket or an object. */
export interface S3Request<T> extends AbortOptions {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Opaque; empty for the bucket. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  /** Is called when an attempt is sent. */
  readonly sending?: (() => void) | undefined;
  readonly accept: Exchange<T>["accept"];
  readonly consume: Exchange<T>["consume"];
  /** Looks at a refusal before the client does. */
  readonly refused?: ((refusal: Refusal) => RefusalVerdict | undefined) | undefined;
}

/** A URL to be signed. */
export interface S3Signing extends Signing {
  readonly bucket: string;
  readonly key: string;
}

const DEFAULT_REGION = "us-east-1";
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"]);
/** Codes of a 403 that a missing object can have, where the bucket may not be listed. */
const DENIED = new Set<string | undefined>(["AccessDenied", undefined]);

/** Sends requests for one set of options. */
export class S3Client {
  readonly #http: HttpClient;
  readonly #settings: S3Settings;
  readonly #credentials: S3Credentials;
  readonly #signer = new RequestSigner();
  readonly #regions = new Map<string, string>();
  #environment: Promise<S3Environment> | undefined;
  #clockOffsetMs = 0;

  constructor(http: HttpClient, settings: S3Settings) {
    this.#http = http;
    this.#settings = settings;
    this.#credentials = new S3Credentials(settings, settings.remote.client.transport);
  }

  /** As `HttpClient.send`. */
  async send<T>(request: S3Request<T>): Promise<T> {
    const { method, bucket, signal } = request;
    const environment = await this.#readEnvironment({ signal });
    const payloadHash = request.body === undefined ? EMPTY_SHA256 : await sha256Hex(request.body);
    let used: { region: string; credentials: AwsCredentials | undefined } | undefined;
    const corrected = new Set<string>();
    const first = this.#address(request, environment, this.#regionOf(bucket, environment));
    return this.#http.send<T>({
      method,
      url: first.origin + first.path + queryText(encodeQuery(request.query)),
      value: request.key === "" ? undefined : first.origin + first.path,
      signal,
      accept: request.accept,
      consume: request.consume,
      prepare: async () => {
        const region = this.#regionOf(bucket, environment);
        const credentials = await this.#credentials.get(environment, { signal });
        used = { region, credentials };
        const address = this.#address(request, environment, region);
        request.sending?.();
        return this.#prepare(request, address, region, credentials, payloadHash);
      },
      refused: (refusal) => {
        const own = request.refused?.(refusal);
        if (own !== undefined) return own;
        const error = readS3Error(refusal);
        const correction = this.#correct(refusal, error, bucket, used);
        // Each kind of correction helps once; when it does not, the refusal stands.
        if (correction !== undefined && !corrected.has(correction)) {
          corrected.add(correction);
          return { kind: "again" };
        }
        const missing =
          this.#http.isMissing(refusal.status) && (refusal.status !== 403 || DENIED.has(error.code));
        const retry = error.code === "RequestTimeout" ? true : undefined;
        return { kind: "fail", reason: reasonOf(error, refusal, used), missing, retry };
      },
    });
  }

  /**
   * A URL with its signature in the query.
   *
   * @throws UnsupportedError for an anonymous file system, which has nothing to sign with.
   */
  async presign(request: S3Signing): Promise<string> {
    const { method, bucket, key, expiration, signal } = request;
    const environment = await this.#readEnvironment({ signal });
    const credentials = await this.#credentials.get(environment, { signal });
    if (credentials === undefined)
      throw new UnsupportedError("An anonymous S3 file system cannot sign URLs.", {
        url: `s3://${bucket}/${key}`,
      });
    const region = await this.#regionToSign(bucket, environment, { signal });
    const { origin, host, path } = this.#address(request, environment, region);
    const query = this.#settings.requesterPays ? { "x-amz-request-payer": "requester" } : undefined;
    const signed = await this.#signer.presign(
      { method, host, path, query: encodeQuery(query) },
      credentials,
      region,
      new Date(Date.now() + this.#clockOffsetMs),
      expiration,
    );
    return `${origin}${path}${queryText(signed)}`;
  }

  /** The custom endpoint, if one was given as an option. */
  get endpoint(): string | undefined {
    return this.#settings.endpoint;
  }

  async #prepare<T>(
    request: S3Request<T>,
    address: S3Address,
    region: string,
    credentials: AwsCredentials | undefined,
    payloadHash: string,
  ): Promise<HttpRequestParts> {
    const { method, body } = request;
    const query = encodeQuery(request.query);
    const plain: Record<string, string> = { ...this.#settings.headers, ...request.headers };
    if (this.#settings.requesterPays) plain["x-amz-request-payer"] = "requester";
    // A browser's cache rewrites ranges, so they are not signed.
    const { range, ...signable } = plain;
    const signed =
      credentials === undefined
        ? signable
        : await this.#signer.sign(
            { method, host: address.host, path: address.path, query, headers: signable, payloadHash },
            credentials,
            region,
            new Date(Date.now() + this.#clockOffsetMs),
          );
    const headers = range === undefined ? signed : { ...signed, range };
    return {
      method,
      url: address.origin + address.path + queryText(query),
      headers: method === "GET" ? { ...headers, "accept-encoding": "identity" } : headers,
      body,
      // A redirect changes the host, which the signature covers.
      redirect: credentials === undefined ? "follow" : "manual",
      credentials: "omit",
    };
  }

  /** Learns what a refusal teaches, and names it; `undefined` when there is nothing to learn. */
  #correct(
    { status, headers }: Refusal,
    error: S3Error,
    bucket: string,
    used: { readonly region: string; readonly credentials: AwsCredentials | undefined } | undefined,
  ): string | undefined {
    if (status === 301 || status === 307 || status === 400) {
      const region = headers.get("x-amz-bucket-region") ?? error.region;
      if (region !== undefined && /^[a-z0-9-]{1,40}$/.test(region) && region !== used?.region) {
        this.#regions.set(bucket, region);
        return "region";
      }
    }
    if (EXPIRED.has(error.code ?? "") && this.#credentials.refreshable) {
      this.#credentials.invalidate(used?.credentials);
      return "credentials";
    }
    const serverTime = Date.parse(headers.get("date") ?? "");
    if (error.code === "RequestTimeTooSkewed" && !Number.isNaN(serverTime)) {
      this.#clockOffsetMs = serverTime - Date.now();
      return "clock";
    }
    return undefined;
  }

  #address(request: { bucket: string; key: string }, environment: S3Environment, region: string): S3Address {
    const { bucket, key } = request;
    const endpoint = this.#settings.endpoint ?? environment.endpoint;
    return s3Address({ endpoint, region, style: this.#settings.style, bucket, key });
  }

  #regionOf(bucket: string, environment: S3Environment): string {
    return this.#regions.get(bucket) ?? this.#settings.region ?? environment.region ?? DEFAULT_REGION;
  }

  /** The region for a URL that is signed now and sent later, when nothing corrects it: asked for where nothing tells it. */
  async #regionToSign(bucket: string, environment: S3Environment, { signal }: AbortOptions): Promise<string> {
    const told = this.#regions.get(bucket) ?? this.#settings.region ?? environment.region;
    if (told !== undefined) return told;
    // An answer to HEAD has no body, in which some services tell the region.
    const query = { "list-type": "2", "max-keys": "1" };
    const accept = (status: number): boolean => status !== 301 && status !== 307 && status !== 400;
    const consume: Exchange<string>["consume"] = ({ headers }) =>
      headers.get("x-amz-bucket-region") ?? this.#regionOf(bucket, environment);
    try {
      const region = await this.send({ method: "GET", bucket, key: "", query, accept, consume, signal });
      this.#regions.set(bucket, region);
      return region;
    } catch (error) {
      throwIfAborted(signal);
      if (!isZarrError(error)) throw error;
      return DEFAULT_REGION; // as if nothing had been asked
    }
  }

  #readEnvironment(options: AbortOptions): Promise<S3Environment> {
    // Shared by all callers, so that no caller's signal belongs to it; a failure is tried anew.
    this.#environment ??= readS3Environment(this.#settings.profile, {}).catch((error: unknown) => {
      this.#environment = undefined;
      throw error;
    });
    return abortable(this.#environment, options.signal);
  }
}

function reasonOf(
  error: S3Error,
  refusal: Refusal,
  used: { readonly credentials: AwsCredentials | undefined } | undefined,
): string | undefined {
  const { code, message } = error;
  const said = code === undefined ? undefined : message ? `${code} (${message.slice(0, 200)})` : code;
  if (refusal.status !== 403 || used?.credentials !== undefined) return said;
  return `${said ?? "forbidden"}; the request was anonymous`;
}

function encodeQuery(query: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(query ?? {}).map(([name, value]) => [encodeSegment(name), encodeSegment(value)]);
}

function queryText(query: readonly (readonly [string, string])[]): string {
  return query.length === 0 ? "" : `?${query.map(([name, value]) => `${name}=${value}`).join("&")}`;
}
