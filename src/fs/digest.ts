/**
 * SHA-256 and HMAC: synchronous where Node's crypto is, else by WebCrypto.
 *
 * @module
 */
import type { Awaitable } from "../base/async.ts";
import { UnsupportedError } from "../base/errors.ts";
import { tryNodeBuiltin } from "../base/platform.ts";
import { unsharedBytes } from "../base/unshared-bytes.ts";

const encoder = new TextEncoder();

/** SHA-256 of bytes or text, in lower-case hexadecimal. */
export function sha256Hex(data: Uint8Array | string): Awaitable<string> {
  const crypto = tryNodeBuiltin("crypto");
  if (crypto !== undefined) return crypto.createHash("sha256").update(data).digest("hex");
  return subtle()
    .digest("SHA-256", bytesOf(data))
    .then((digest) => toHex(new Uint8Array(digest)));
}

/** MD5 of bytes, in base64; `undefined` where the runtime cannot: WebCrypto has none. */
export function md5Base64(data: Uint8Array): string | undefined {
  return tryNodeBuiltin("crypto")?.createHash("md5").update(data).digest("base64");
}

/** Base64. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes of base64, with or without padding, also in its form for URLs; `undefined` when it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text.trim().replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The bytes of hexadecimal. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length >> 1 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** HMAC-SHA-256 of a text. */
export function hmacSha256(key: Uint8Array | string, text: string): Awaitable<Uint8Array> {
  const crypto = tryNodeBuiltin("crypto");
  if (crypto !== undefined) return new Uint8Array(crypto.createHmac("sha256", key).update(text).digest());
  const web = subtle();
  return web
    .importKey("raw", bytesOf(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
    .then((imported) => web.sign("HMAC", imported, encoder.encode(text)))
    .then((signature) => new Uint8Array(signature));
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

function subtle(): SubtleCrypto {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } }; // absent on insecure pages
  if (crypto?.subtle !== undefined) return crypto.subtle;
  throw new UnsupportedError(
    "Signing requests needs WebCrypto, which browsers offer only on https pages and localhost.",
  );
}

function bytesOf(data: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return typeof data === "string" ? encoder.encode(data) : unsharedBytes(data);
}
