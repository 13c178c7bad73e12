/**
 * URLs as they may be printed: without credentials and signatures.
 *
 * @module
 */

/** Query parameters of the object stores whose values are no secrets; the value of every other one is hidden. */
const HARMLESS = new Set([
  "list-type",
  "prefix",
  "delimiter",
  "max-keys",
  "encoding-type",
  "start-after",
  "versionId",
  "X-Amz-Algorithm",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Goog-Algorithm",
  "X-Goog-Date",
  "X-Goog-Expires",
  "X-Goog-SignedHeaders",
  "partNumber",
  "alt",
  "generation",
  "ifGenerationMatch",
  "maxResults",
  "uploadType",
  "comp",
  "maxresults",
  "restype",
]);

/**
 * Removes user names, passwords, fragments and the values of query parameters that may be
 * a signature or a token. Works on anything, also on what is no URL.
 *
 * @example
 * ```ts
 * redactUrl("https://me:pw@host/a?sig=abc"); // "https://host/a?sig=REDACTED"
 * ```
 */
export function redactUrl(url: string): string {
  const withoutUser = url.replace(/^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/)[^/?#]*@/, "$1");
  const mark = withoutUser.indexOf("?");
  if (mark < 0) return withoutUser;
  const hash = withoutUser.indexOf("#", mark);
  const query = withoutUser.slice(mark + 1, hash < 0 ? undefined : hash);
  const shown = query.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    // Without a name, the whole of it may be the secret.
    if (equals < 0) return pair === "" || HARMLESS.has(pair) ? pair : "REDACTED";
    const name = pair.slice(0, equals);
    return HARMLESS.has(name) ? pair : `${name}=REDACTED`;
  });
  return `${withoutUser.slice(0, mark)}?${shown.join("&")}`;
}

/** Has this URL a user, a password or a query, any of which may be a secret? */
export function mayHoldSecret(url: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]*@/.test(url) || url.includes("?");
}
