/**
 * What a service account of Google's signs to get an access token: a JSON Web Token, RFC 7523.
 *
 * @module
 */
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { fromBase64, toBase64 } from "./digest.ts";

/** A service account's key. */
export interface ServiceAccountKey {
  readonly email: string;
  readonly keyId: string | undefined;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
}

const LIFETIME_SECONDS = 3600;
const encoder = new TextEncoder();

/**
 * The signed statement that the account asks for a token of this scope.
 *
 * @throws StoreError when the key is none; UnsupportedError where there is no WebCrypto.
 */
export async function signedAssertion(
  account: ServiceAccountKey,
  claims: { readonly audience: string; readonly scope: string },
  now: Date = new Date(),
): Promise<string> {
  const issued = Math.floor(now.getTime() / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(account.keyId === undefined ? {} : { kid: account.keyId }) };
  const body = {
    iss: account.email,
    scope: claims.scope,
    aud: claims.audience,
    iat: issued,
    exp: issued + LIFETIME_SECONDS,
  };
  const statement = [header, body].map((part) => toBase64Url(encoder.encode(JSON.stringify(part)))).join(".");
  return `${statement}.${toBase64Url(await signRsa(account.privateKey, statement))}`;
}

/** RSASSA-PKCS1-v1_5 with SHA-256. */
export async function signRsa(pem: string, text: string): Promise<Uint8Array> {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } }; // absent on insecure pages
  const subtle = crypto?.subtle;
  if (subtle === undefined)
    throw new UnsupportedError(
      "Signing needs WebCrypto, which browsers offer only on https pages and localhost.",
    );
  const inner = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  const der = inner === undefined ? undefined : fromBase64(inner.replace(/\s+/g, ""));
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  let key: CryptoKey;
  try {
    if (der === undefined) throw new TypeError("no PEM block of a PKCS #8 key");
    key = await subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  } catch (cause) {
    throw new StoreError("The private key of the service account cannot be read.", { cause });
  }
  return new Uint8Array(await subtle.sign(algorithm.name, key, encoder.encode(text)));
}

function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
