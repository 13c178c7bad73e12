import type { IncomingHttpHeaders } from "node:http";

/** What one bucket is and holds. */
export interface BucketOptions {
  /** May anyone read it without a signature? Default `false`. */
  readonly public?: boolean;
  /** May anyone list it? Default `true` for a public bucket; without, a missing object is a 403. */
  readonly list?: boolean;
  /** Refuse whoever does not offer to pay. */
  readonly requesterPays?: boolean;
  /** The region that signatures must name. Default: any. */
  readonly region?: string;
  /** How another region is refused. Default 400. */
  readonly wrongRegionStatus?: 301 | 400;
  readonly objects?: ReadonlyMap<string, Uint8Array | string> | Readonly<Record<string, Uint8Array | string>>;
}

/** A secret, or a secret with the session token that must come with it. */
export type Secret =
  | string
  | { readonly secret: string; readonly token?: string; readonly expired?: boolean };

export interface S3ServerOptions {
  readonly buckets?: Readonly<Record<string, BucketOptions>>;
  /** Secrets by access key. */
  readonly credentials?: Readonly<Record<string, Secret>>;
  /** Default: a free one. */
  readonly port?: number;
  /** The domain below which a host name is a bucket. Default `s3.test`. */
  readonly host?: string;
  /** How far the server's clock is ahead, in milliseconds. Default 0. */
  readonly clockSkewMs?: number;
  /** Keys on one page of a listing, at most. Default 1000. */
  readonly pageSize?: number;
}

/** A request that has come in. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  /** `undefined` until it is answered, or when its connection was cut before. */
  status: number | undefined;
  /** Did the connection close before the answer was complete? */
  aborted: boolean;
}

/** What goes wrong with requests to come. */
export interface Fault {
  /** Which requests. Default: any. */
  readonly when?: (request: SeenRequest) => boolean;
  /** How many of them. Default 1. */
  times?: number;
  /** Answer with this status and no more. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Cut the connection without an answer. */
  readonly reset?: boolean;
  /** Cut the connection after so many bytes of the body. */
  readonly truncate?: number;
  /** Answer after so many milliseconds. */
  readonly delay?: number;
  /** Answer when this settles. */
  readonly until?: Promise<unknown>;
}

export interface S3Server {
  /** For example `http://127.0.0.1:40000`. */
  readonly url: string;
  readonly port: number;
  /** All requests, in the order in which they came. */
  readonly requests: SeenRequest[];
  inject(fault: Fault): void;
  /** The objects of a bucket, for reading. */
  objects(bucket: string): ReadonlyMap<string, { readonly body: Uint8Array; readonly etag: string }>;
  /** Writes an object past all rules. */
  put(bucket: string, key: string, value: Uint8Array): void;
  close(): Promise<void>;
}

/** Starts an S3-compatible server on loopback. */
export function startS3(options?: S3ServerOptions): Promise<S3Server>;
