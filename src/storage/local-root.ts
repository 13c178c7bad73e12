/**
 * Where a local store is: paths and `file:` URLs, in the form in which they print.
 *
 * @module
 */
import { nodeProcess } from "../base/platform.ts";

/** Does this runtime use Windows paths? */
export function isWindows(): boolean {
  return nodeProcess()?.platform === "win32";
}

/**
 * The normal form of a local path as Python's `Path` prints it: no trailing or doubled
 * slashes, no `.` segments, `..` kept; on Windows `/` for `\`. The empty path is `.`.
 */
export function normalizeLocalPath(path: string, windows: boolean = isWindows()): string {
  if (path.includes("\0"))
    throw new TypeError(`A path must not contain a NUL character, got ${JSON.stringify(path)}.`);
  const posix = windows ? path.replaceAll("\\", "/") : path;
  const drive = windows ? (/^[A-Za-z]:/.exec(posix)?.[0] ?? "") : "";
  const rest = posix.slice(drive.length);
  const share = windows && /^\/\/[^/]/.test(rest) ? "/" : "";
  const body = rest
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
  if (rest.startsWith("/")) return `${drive}${share}/${body}`;
  return drive + body || ".";
}

/**
 * The path of a `file:` URL, percent-decoded. `file:///a` and `file:/a` are absolute;
 * `file://a/b`, which is how a relative store prints, is the relative path `a/b`.
 *
 * @throws TypeError when it has a query or fragment, or an encoded slash or NUL.
 */
export function fileUrlToLocalPath(url: string | URL): string {
  const text = String(url);
  const match = /^file:(\/\/)?([^?#]*)([?#].*)?$/is.exec(text);
  if (match === null) throw new TypeError(`Not a file: URL: ${JSON.stringify(text)}.`);
  if (match[3] !== undefined)
    throw new TypeError(
      `The file: URL ${JSON.stringify(text)} has a query or fragment; write %3F or %23 for a ? or # in a name.`,
    );
  let path = match[2] ?? "";
  if (/%2f|%00/i.test(path))
    throw new TypeError(`The file: URL ${JSON.stringify(text)} has an encoded slash or NUL.`);
  if (match[1] !== undefined && /^localhost(?=\/|$)/i.test(path)) path = path.slice("localhost".length);
  path = decode(path);
  return /^\/[A-Za-z]:(?=\/|$)/.test(path) && isWindows() ? path.slice(1) : path;
}

// Decodes what is a valid escape; any other `%` stands for itself, as browsers read it.
function decode(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
