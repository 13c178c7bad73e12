import type { Fault, SeenRequest } from "./embedded-s3.d.mts";

/** How the server misbehaves. May be changed while it runs. */
export interface Behaviour {
  /** Answer every range with the whole file and 200. */
  ignoreRanges?: boolean;
  /** As `ignoreRanges` would, and compressed, when a range is asked of a file. */
  gzipWhole?: boolean;
  /** Compress the bytes of a range and say 206. */
  gzipRanges?: boolean;
  /** What is wrong with a 206: other bytes than asked for, no header, no total, a body too short or too long. */
  contentRange?: "shifted" | "missing" | "starred" | "shortBody" | "longBody";
  /** What becomes of a suffix range: the first bytes, 416, 416 when longer than the file, 501. */
  suffix?: "first" | "416" | "long416" | "501";
  /** Allow what a browser asks for before a request from another origin. Default: 405. */
  preflight?: boolean;
  /** Refuse HEAD with this status. */
  refuseHead?: number;
  /** Cut every body after so many bytes. */
  truncate?: number;
  /** Send bodies without a length. */
  chunked?: boolean;
  /** Redirect paths that begin so. */
  redirect?: { readonly from: string; readonly to: string };
  /** What tells the versions of a file apart. Default `"etag"`; `"weak"` is a weak ETag and a time of change. */
  versions?: "etag" | "weak" | "modified" | "none";
  /** The time of change. Default: long ago. */
  modified?: Date;
  /** Make pages of links for directories. */
  listings?: boolean;
}

export interface HttpServerOptions {
  /** Files by path, with a leading slash. */
  readonly files?: ReadonlyMap<string, Uint8Array | string> | Readonly<Record<string, Uint8Array | string>>;
  readonly behaviour?: Behaviour;
  /** Default: a free one. */
  readonly port?: number;
}

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  readonly files: Map<string, Uint8Array>;
  readonly behaviour: Behaviour;
  /** All requests, in the order in which they came; `key` is the decoded path. */
  readonly requests: SeenRequest[];
  inject(fault: Fault): void;
  close(): Promise<void>;
}

/** Starts a static web server on loopback. */
export function startHttp(options?: HttpServerOptions): Promise<HttpServer>;
