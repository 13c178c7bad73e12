/**
 * Where a bucket or an object of S3 is asked for. Pure.
 *
 * @module
 */
import { encodeKey, encodeSegment } from "./percent-encoding.ts";

/** A place to send a request to; the query comes on top. */
export interface S3Address {
  /** Scheme and host. */
  readonly origin: string;
  readonly host: string;
  /** Percent-encoded, with a leading slash. */
  readonly path: string;
}

/** What decides the address. An empty bucket is the service itself, an empty key the bucket. */
export interface S3Location {
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly style: "auto" | "path" | "virtual";
  readonly bucket: string;
  readonly key: string;
}

/**
 * The address of an object: the bucket is part of the host at AWS, and of the path at custom
 * endpoints and for names that a certificate does not cover, unless `style` says otherwise.
 *
 * @throws TypeError when the endpoint is no http URL; StoreError for a key that no URL can carry.
 * @example
 * ```ts
 * s3Address({ endpoint: undefined, region: "eu-west-1", style: "auto", bucket: "b-1", key: "a b" });
 * // origin "https://b-1.s3.eu-west-1.amazonaws.com", path "/a%20b"
 * ```
 */
export function s3Address(location: S3Location): S3Address {
  const { region, bucket } = location;
  const base = parseEndpoint(location.endpoint ?? awsEndpoint(region));
  const inHost = bucket !== "" && usesHost(location);
  const host = inHost ? `${bucket}.${base.host}` : base.host;
  const inPath = bucket === "" || inHost ? "" : `/${encodeBucket(bucket)}`;
  return {
    origin: `${base.scheme}//${host}`,
    host,
    path: `${base.path}${inPath}/${encodeKey(location.key)}`,
  };
}

function usesHost({ style, endpoint, bucket }: S3Location): boolean {
  if (style !== "auto") return style === "virtual";
  return endpoint === undefined && /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/.test(bucket);
}

function awsEndpoint(region: string): string {
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://s3.${encodeSegment(region)}.${suffix}`;
}

function encodeBucket(bucket: string): string {
  return encodeKey(bucket);
}

function parseEndpoint(endpoint: string): { scheme: string; host: string; path: string } {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw new TypeError(`S3 endpoint_url ${JSON.stringify(endpoint)} is no URL.`, { cause });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new TypeError(`S3 endpoint_url ${JSON.stringify(endpoint)} is no http URL.`);
  return { scheme: url.protocol, host: url.host, path: url.pathname.replace(/\/+$/, "") };
}
