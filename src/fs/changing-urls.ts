/**
 * Which values change while they are read, so that a browser's cache must not answer for them.
 *
 * A cache may keep a value as long as its server says, or longer; that is what makes a page quick. But once two answers
 * for one URL tell different versions, or the URL is written, one of the answers was old: from then on its requests go
 * past the cache.
 *
 * @module
 */
import type { HttpResponse } from "./transport.ts";

/** URLs that are remembered. */
const MAX_KNOWN = 4096;

/** Remembers versions by URL. */
export class ChangingUrls {
  readonly #versions = new Map<string, string>();
  readonly #changing = new Set<string>();

  /** Does this URL need an answer of the server itself? */
  has(url: string): boolean {
    return this.#changing.has(url);
  }

  /** From now on it does. */
  add(url: string): void {
    keep(this.#changing, url);
  }

  /** Looks at what was sent, and at what was answered. */
  note(method: string, url: string, answer: Pick<HttpResponse, "headers"> | undefined): void {
    if (method !== "GET" && method !== "HEAD") return this.add(url);
    const version = answer?.headers.get("etag") ?? answer?.headers.get("last-modified") ?? undefined;
    if (version === undefined) return;
    const known = this.#versions.get(url);
    if (known !== undefined && known !== version) keep(this.#changing, url);
    this.#versions.delete(url); // the latest used is the last to go
    this.#versions.set(url, version);
    forgetFirst(this.#versions);
  }
}

function keep(urls: Set<string>, url: string): void {
  urls.delete(url);
  urls.add(url);
  forgetFirst(urls);
}

function forgetFirst(urls: Set<string> | Map<string, unknown>): void {
  if (urls.size <= MAX_KNOWN) return;
  for (const url of urls.keys()) {
    urls.delete(url);
    return;
  }
}
