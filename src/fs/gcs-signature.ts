/**
 * Signed URLs of Google Cloud Storage, by the key of a service account. Source: "V4 signing process with your own
 * program", Google Cloud Storage documentation.
 *
 * @module
 */
import { sha256Hex, toHex } from "./digest.ts";
import { signRsa } from "./google-assertion.ts";
import type { ServiceAccountKey } from "./google-assertion.ts";
import { encodeKey, encodeSegment } from "./percent-encoding.ts";

/** A URL to be signed. */
export interface GcsSigning {
  readonly method: string;
  /** Scheme, host and port. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly key: string;
  /** Seconds. */
  readonly expiration: number;
  /** Who pays, where it is the one who asks. */
  readonly project?: string | undefined;
}

const ALGORITHM = "GOOG4-RSA-SHA256";

/** The URL with its signature in the query. @throws StoreError when the key is none; UnsupportedError where there is no WebCrypto. */
export async function signGcsUrl(
  url: GcsSigning,
  account: ServiceAccountKey,
  now: Date = new Date(),
): Promise<string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`;
  const path = `/${encodeSegment(url.bucket)}/${encodeKey(url.key)}`;
  const query = Object.entries({
    "X-Goog-Algorithm": ALGORITHM,
    "X-Goog-Credential": `${account.email}/${scope}`,
    "X-Goog-Date": time,
    "X-Goog-Expires": String(url.expiration),
    "X-Goog-SignedHeaders": "host",
    ...(url.project === undefined ? {} : { userProject: url.project }),
  })
    .map(([name, value]) => `${encodeSegment(name)}=${encodeSegment(value)}`)
    .join("&"); // in the order of the names
  const { host, origin, pathname } = new URL(url.endpoint);
  const whole = pathname.replace(/\/+$/, "") + path;
  const request = [url.method, whole, query, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const text = [ALGORITHM, time, scope, await sha256Hex(request)].join("\n");
  const signature = toHex(await signRsa(account.privateKey, text));
  return `${origin}${whole}?${query}&X-Goog-Signature=${signature}`;
}
