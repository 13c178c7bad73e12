// @ts-check
/**
 * Checks AWS Signature Version 4, from the server's side: it recomputes the signature from
 * the request as it came over the wire and shares no code with any client.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Refusal } from "./s3-refusal.mjs";

const MAX_SKEW_MS = 15 * 60_000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/s3\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/;

/**
 * Who asks: `undefined` when the request is unsigned.
 *
 * @param {any} context
 * @returns {{ key: string, region: string } | undefined}
 */
export function authenticate({ request, target, body, credentials, now }) {
  const { headers } = request;
  if (headers.authorization === undefined) return undefined;
  const match = AUTHORIZATION.exec(headers.authorization);
  if (match === null)
    throw new S3Refusal(400, "AuthorizationHeaderMalformed", "The authorization header is malformed");
  const [, key = "", day = "", region = "", signedNames = "", signature = ""] = match;
  const known = credentials.get(key);
  if (known === undefined)
    throw new S3Refusal(
      403,
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  const time = String(headers["x-amz-date"] ?? "");
  checkTime(time, day, now);
  const names = signedNames.split(";");
  for (const name of Object.keys(headers)) {
    if ((name === "host" || name.startsWith("x-amz-")) && !names.includes(name))
      throw new S3Refusal(
        403,
        "AccessDenied",
        `There were headers present in the request which were not signed: ${name}`,
      );
  }
  const declared = String(headers["x-amz-content-sha256"] ?? "");
  const actual = createHash("sha256").update(body).digest("hex");
  if (declared !== "UNSIGNED-PAYLOAD" && declared !== actual)
    throw new S3Refusal(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  const canonicalRequest = [
    request.method,
    target.rawPath
      .split("/")
      .map((/** @type {string} */ part) => strictEncode(decodeURIComponent(part)))
      .join("/"),
    canonicalQuery(target.query),
    ...names.map(
      (name) =>
        `${name}:${String(headers[name] ?? "")
          .trim()
          .replace(/\s+/g, " ")}`,
    ),
    "",
    signedNames,
    declared,
  ].join("\n");
  const text = [
    "AWS4-HMAC-SHA256",
    time,
    `${day}/${region}/s3/aws4_request`,
    createHash("sha256").update(canonicalRequest).digest("hex"),
  ].join("\n");
  let signing = createHmac("sha256", `AWS4${known.secret}`).update(day).digest();
  for (const step of [region, "s3", "aws4_request"])
    signing = createHmac("sha256", signing).update(step).digest();
  const expected = createHmac("sha256", signing).update(text).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, "hex")))
    throw new S3Refusal(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  checkToken(known, headers["x-amz-security-token"]);
  return { key, region };
}

/** @param {string} time @param {string} day @param {Date} now */
function checkTime(time, day, now) {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (match === null || !time.startsWith(day))
    throw new S3Refusal(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
  const [, year, month, date, hour, minute, second] = match.map(Number);
  const sent = Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour, minute, second);
  if (Math.abs(sent - now.getTime()) > MAX_SKEW_MS)
    throw new S3Refusal(
      403,
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
}

/** @param {{ token?: string, expired?: boolean }} known @param {string | undefined} token */
function checkToken(known, token) {
  if (known.expired === true) throw new S3Refusal(400, "ExpiredToken", "The provided token has expired.");
  if (token !== known.token)
    throw new S3Refusal(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
}

/** @param {ReadonlyMap<string, string>} query */
function canonicalQuery(query) {
  const pairs = [...query].map(([name, value]) => [strictEncode(name), strictEncode(value)]);
  pairs.sort(([a = ""], [b = ""]) => (a < b ? -1 : a > b ? 1 : 0));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

/** @param {string} text */
function strictEncode(text) {
  let encoded = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const c = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9\-._~]/.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
