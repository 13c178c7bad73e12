/**
 * Cross-origin requests. Pure.
 *
 * @module
 */

/** Which pages of other origins may read. */
export interface CorsOptions {
  /** Origins such as `https://example.org`; `"*"` is any. Default `"*"`. */
  readonly origins?: "*" | readonly string[] | undefined;
  /** May pages send cookies? Needs a list of origins. Default `false`. */
  readonly credentials?: boolean | undefined;
  /** May pages of the public web reach a server on a private network, in browsers that ask? Default `false`. */
  readonly privateNetwork?: boolean | undefined;
  /** For how long browsers remember a preflight. Default 86400. */
  readonly maxAgeSeconds?: number | undefined;
}

const EXPOSED = "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag";
const READ_HEADERS = ["Range", "If-Match", "If-None-Match", "If-Range", "Cache-Control"];
const WRITE_HEADERS = ["Authorization", "Content-Type"];

/** The headers of cross-origin access, worked out once. */
export class Cors {
  readonly #origins: "*" | ReadonlySet<string>;
  readonly #credentials: boolean;
  readonly #privateNetwork: boolean;
  readonly #maxAge: number;

  /** @throws TypeError when an origin is none, or credentials are to go to any origin. */
  constructor(options: CorsOptions = {}) {
    const { origins = "*", credentials = false, privateNetwork = false, maxAgeSeconds = 86_400 } = options;
    this.#origins = origins === "*" ? "*" : new Set(origins.map(originOf));
    if (credentials && origins === "*")
      throw new TypeError("credentials need a list of origins: a browser refuses them for any origin.");
    this.#credentials = credentials;
    this.#privateNetwork = privateNetwork;
    this.#maxAge = maxAgeSeconds;
  }

  /** Adds to the headers of a response. */
  addTo(headers: Headers, request: Request): void {
    if (this.#allow(headers, request)) headers.set("access-control-expose-headers", EXPOSED);
  }

  /** Adds to the headers of the answer to a preflight. */
  addPreflight(headers: Headers, request: Request, methods: readonly string[]): void {
    if (!this.#allow(headers, request)) return;
    const allowed = methods.includes("PUT") ? [...READ_HEADERS, ...WRITE_HEADERS] : READ_HEADERS;
    headers.set("access-control-allow-methods", methods.join(", "));
    headers.set("access-control-allow-headers", allowed.join(", "));
    headers.set("access-control-max-age", String(this.#maxAge));
    if (this.#privateNetwork && request.headers.get("access-control-request-private-network") === "true")
      headers.set("access-control-allow-private-network", "true");
  }

  #allow(headers: Headers, request: Request): boolean {
    if (this.#origins === "*") {
      headers.set("access-control-allow-origin", "*");
      return true;
    }
    headers.append("vary", "Origin");
    const origin = request.headers.get("origin");
    if (origin === null || !this.#origins.has(origin)) return false;
    headers.set("access-control-allow-origin", origin);
    if (this.#credentials) headers.set("access-control-allow-credentials", "true");
    return true;
  }
}

function originOf(text: string): string {
  if (text === "null") return text; // of a page from a file
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // told below
  }
  if (
    url === undefined ||
    url.origin === "null" ||
    url.pathname !== "/" ||
    url.search !== "" ||
    url.hash !== ""
  )
    throw new TypeError(`${JSON.stringify(text)} is not an origin such as https://example.org.`);
  return url.origin;
}
