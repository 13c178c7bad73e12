/**
 * What a request asks for: the segments of its path, decoded and found harmless. The only place that decides it.
 *
 * @module
 */
import { isPartialName } from "../storage/local-write.ts";

/** A path below the root of what is served. */
export interface RequestPath {
  /** Without leading or trailing slash; the root is `""`. */
  readonly path: string;
  /** Does the path end with a slash, so that it names a directory? */
  readonly isDirectory: boolean;
}

const MAX_SEGMENT_BYTES = 255;
const MAX_PATH_LENGTH = 4096;

/**
 * The path that a URL asks for; `undefined` when no store key can have it: empty, `.` and `..` segments, slashes and
 * backslashes in a segment, drive letters, control characters, what is not UTF-8, names for temporary files, and what is too long.
 *
 * @param base - `/` or `/prefix/`: where the root is.
 * @example
 * ```ts
 * requestPath("/data/a/c/0", "/data/"); // { path: "a/c/0", isDirectory: false }
 * requestPath("/data/a%2Fb", "/data/"); // undefined
 * ```
 */
export function requestPath(pathname: string, base: string): RequestPath | undefined {
  if (pathname.length > MAX_PATH_LENGTH) return undefined;
  if (pathname === base || `${pathname}/` === base) return { path: "", isDirectory: true };
  if (!pathname.startsWith(base)) return undefined;
  const below = pathname.slice(base.length);
  const isDirectory = below.endsWith("/");
  const segments: string[] = [];
  for (const encoded of (isDirectory ? below.slice(0, -1) : below).split("/")) {
    const segment = decoded(encoded);
    if (segment === undefined || !isHarmless(segment)) return undefined;
    segments.push(segment);
  }
  return { path: segments.join("/"), isDirectory };
}

/** Has the target of a request, before any parser of URLs has seen it, a `.` or `..` segment? */
export function hasDotSegment(target: string): boolean {
  const path = target.replace(/[?#].*$/s, "").replaceAll("\\", "/");
  return path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // not UTF-8
  }
}

function isHarmless(segment: string): boolean {
  if (segment === "" || segment === "." || segment === "..") return false;
  // eslint-disable-next-line no-control-regex -- these are what is refused
  if (/[/\\\u0000-\u001f\u007f]|^[A-Za-z]:/.test(segment) || isPartialName(segment)) return false;
  return new TextEncoder().encode(segment).byteLength <= MAX_SEGMENT_BYTES;
}
