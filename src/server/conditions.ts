/**
 * Conditional requests. Pure. RFC 9110, section 13.
 *
 * @module
 */

/** What the conditions of a request say: go on, nothing is new (304), or a precondition fails (412). */
export type ConditionResult = "proceed" | "not-modified" | "failed";

/** Has the request a condition that depends on the tag of what is there? */
export function isConditional(headers: Headers): boolean {
  return headers.has("if-match") || headers.has("if-none-match");
}

/**
 * Evaluates `If-Match` and then `If-None-Match`.
 *
 * @param tag - Of what is there; `undefined` where there is something whose tag is not known, `null` where there is nothing.
 * @param isRead - GET or HEAD: what the client has already is then no failure.
 */
export function checkConditions(
  headers: Headers,
  tag: string | undefined | null,
  isRead: boolean,
): ConditionResult {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null && !(tag !== null && (isAny(ifMatch) || hasTag(ifMatch, tag, false)))) return "failed";
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch === null || tag === null) return "proceed";
  if (!isAny(ifNoneMatch) && !hasTag(ifNoneMatch, tag, true)) return "proceed";
  return isRead ? "not-modified" : "failed";
}

/** May the `Range` of a request be honoured? Not if `If-Range` names another version, or a date, which nothing here has. */
export function allowsRange(headers: Headers, tag: string | undefined): boolean {
  const ifRange = headers.get("if-range");
  return ifRange === null || (tag !== undefined && ifRange.trim() === tag);
}

function isAny(header: string): boolean {
  return header.trim() === "*";
}

/** Strongly, or weakly: caches may hand a tag on as weak. */
function hasTag(header: string, tag: string | undefined, weakly: boolean): boolean {
  if (tag === undefined) return false;
  for (const [text, weak = ""] of header.matchAll(/(W\/)?"[^"]*"/g)) {
    if (weak !== "" && !weakly) continue;
    const candidate = text.slice(weak.length);
    // The compressed form of the same value has a tag of its own, which is as good for telling whether it is new.
    if (candidate === tag || (weakly && candidate === tagOfGzip(tag))) return true;
  }
  return false;
}

/** The tag of the compressed form of a value. */
export function tagOfGzip(tag: string): string {
  return `${tag.slice(0, -1)}-gzip"`;
}
