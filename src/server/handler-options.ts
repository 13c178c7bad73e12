/**
 * Options of the handlers, checked once.
 *
 * @module
 */
import { checkOptionNames, optionNames } from "../base/option-names.ts";
import type { CorsOptions } from "./cors.ts";
import { Cors } from "./cors.ts";
import type { ViewerFiles } from "./viewer-files.ts";

/** Options of `storeHandler` and `nodeHandler`. */
export interface HandlerOptions {
  /** Where the root is in URLs: `/data` serves `/data/zarr.json`. Default `/`. */
  readonly basePath?: string | undefined;
  /** Cross-origin access: `true` (default) lets any page read, `false` none, or say which. */
  readonly cors?: boolean | CorsOptions | undefined;
  /** Answer paths that end with a slash with a listing: HTML, or JSON for `?list` and `Accept: application/json`. Default `true`. */
  readonly listing?: boolean | undefined;
  /**
   * Show the viewer to browsers that open the root: `viewerFiles()` on Node, Deno and Bun, or a function that gives the
   * files of `zarrkit/viewer`. Default: the listing is what browsers see.
   */
  readonly viewer?: ViewerFiles | undefined;
  /** Also take PUT and DELETE. Needs `token`. Default `false`. */
  readonly writable?: boolean | undefined;
  /**
   * What writers must send as `Authorization: Bearer …`. `null`: nothing, which needs an explicit `cors`, because any
   * page in a browser on the same machine could write otherwise.
   */
  readonly token?: string | null | undefined;
  /** The header `Cache-Control` of values. Default `no-cache`: caches ask whether the tag is still current. */
  readonly cacheControl?: string | undefined;
  /** The largest value that PUT takes. Default 256 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Requests that are worked on at a time; as many as 16 times that wait, the rest are refused (503). Default 64. */
  readonly maxConcurrency?: number | undefined;
  /** Told of failures, which clients hear of only in general terms. */
  readonly onError?: ((error: unknown, request: Request) => void) | undefined;
}

/** `HandlerOptions` with every option known. */
export interface ResolvedHandlerOptions {
  /** Begins and ends with a slash. */
  readonly basePath: string;
  readonly cors: Cors | undefined;
  readonly listing: boolean;
  readonly viewer: ViewerFiles | undefined;
  readonly writable: boolean;
  readonly token: string | null;
  readonly cacheControl: string;
  readonly maxBodyBytes: number;
  readonly maxConcurrency: number;
  readonly onError: (error: unknown, request: Request) => void;
}

/** Names of the options, for those who add to them. */
export const HANDLER_OPTION_NAMES: Record<keyof HandlerOptions, 0> = {
  basePath: 0,
  cors: 0,
  listing: 0,
  viewer: 0,
  writable: 0,
  token: 0,
  cacheControl: 0,
  maxBodyBytes: 0,
  maxConcurrency: 0,
  onError: 0,
};

const NAMES = optionNames(HANDLER_OPTION_NAMES);

/** @throws TypeError for an unknown option, and for writing without a token; RangeError for a limit below 1. */
export function resolveHandlerOptions(
  options: HandlerOptions,
  what: string,
  names: ReadonlySet<string> = NAMES,
): ResolvedHandlerOptions {
  checkOptionNames(options, names, what);
  const { cors = true, listing = true, writable = false, token, cacheControl = "no-cache" } = options;
  const { maxBodyBytes = 256 * 2 ** 20, maxConcurrency = 64, onError = () => {} } = options;
  for (const [name, value] of Object.entries({ maxBodyBytes, maxConcurrency }))
    if (!(value >= 1)) throw new RangeError(`${name} is at least 1, not ${String(value)}.`);
  if (writable && (token === undefined || token === ""))
    throw new TypeError("writable needs a token, which writers send as `Authorization: Bearer …`.");
  if (writable && token === null && options.cors === undefined)
    throw new TypeError("Without a token, say which pages may write: cors is false, or names origins.");
  if (!writable && token !== undefined) throw new TypeError("token is for writers; it needs writable: true.");
  if (typeof token === "string" && !/^[\x21-\x7e]+$/.test(token))
    throw new TypeError("A token is made of visible ASCII characters without spaces.");
  return {
    basePath: baseOf(options.basePath ?? "/"),
    cors: cors === false ? undefined : new Cors(cors === true ? {} : cors),
    listing,
    viewer: options.viewer,
    writable,
    token: token ?? null,
    cacheControl,
    maxBodyBytes,
    maxConcurrency,
    onError,
  };
}

function baseOf(path: string): string {
  if (!/^(?:\/[^/?#\\]+)*\/?$/.test(path))
    throw new TypeError(`basePath is a path such as /data, not ${JSON.stringify(path)}.`);
  return path.endsWith("/") ? path : `${path}/`;
}
