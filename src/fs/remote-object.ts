/**
 * A value on a server: how it is asked for, and what the headers of an answer tell of it.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import type { Exchange } from "./request-policy.ts";
import type { HttpResponse } from "./transport.ts";

/** A value that can be asked for; requests to it are signed and refused as its service has it. */
export interface RemoteObject {
  /** Scheme, host and port: what is learned is remembered for it. */
  readonly origin: string;
  /** Without secrets, for messages. */
  readonly url: string;
  /** False where the service is known to have no suffix ranges. Default: they are tried. */
  readonly suffixRanges?: boolean | undefined;
  send<T>(
    method: "GET" | "HEAD",
    headers: Readonly<Record<string, string>>,
    accept: Exchange<T>["accept"],
    consume: Exchange<T>["consume"],
    options: AbortOptions,
  ): Promise<T>;
}

/** Facts that the headers of a value tell. */
export interface RemoteFacts {
  readonly size: number | undefined;
  readonly etag: string | undefined;
  readonly lastModified: Date | undefined;
  readonly contentType: string | undefined;
  /** The answer that told them. */
  readonly answer: HttpResponse;
}

/** Options of a read. */
export interface RemoteReadOptions extends AbortOptions {
  /** Is called with the answer that the bytes come from, before they are given. */
  readonly onAnswer?: ((answer: HttpResponse) => void) | undefined;
}

/** The facts that an answer tells, besides the length. */
export function factsOf(answer: HttpResponse, size: number | undefined): RemoteFacts {
  const modified = Date.parse(answer.headers.get("last-modified") ?? "");
  return {
    size,
    etag: answer.headers.get("etag") ?? undefined,
    lastModified: Number.isNaN(modified) ? undefined : new Date(modified),
    contentType: answer.headers.get("content-type") ?? undefined,
    answer,
  };
}
