/**
 * Where a browser would ask for a key: the HTTP address behind a URL.
 *
 * @module
 */
import { s3Address } from "../../fs/s3-address.ts";

/** How keys become addresses. */
export interface HttpAddress {
  keyUrl(key: string): string;
  /** Headers that every request needs. */
  readonly headers: Readonly<Record<string, string>>;
  /** Are requests signed, so that none can be made by hand? */
  readonly signed: boolean;
}

/** The HTTP address of a URL; `undefined` for what is not behind HTTP, or in a way that is not known here. */
export function httpAddress(
  url: string,
  options: Readonly<Record<string, unknown>> = {},
): HttpAddress | undefined {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (url.includes("::") || /\.(zip|ozx)$/i.test(url)) return undefined;
  if (scheme === "http" || scheme === "https") return plain(url, options);
  const [, bucket = "", prefix = ""] = /^[^:]+:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  const join = (key: string): string =>
    [prefix.replace(/\/+$/, ""), key].filter((part) => part !== "").join("/");
  if (scheme === "s3" || scheme === "s3a") {
    const endpoint = endpointOf(options);
    const region = text(options["region"]) ?? text(options["region_name"]) ?? "us-east-1";
    return {
      headers: {},
      signed: options["anon"] !== true,
      keyUrl(key) {
        const { origin, path } = s3Address({ endpoint, region, style: "auto", bucket, key: join(key) });
        return origin + path;
      },
    };
  }
  if (scheme === "gs" || scheme === "gcs") {
    const origin = endpointOf(options) ?? "https://storage.googleapis.com";
    return {
      headers: {},
      signed: options["anon"] !== true && options["token"] !== "anon",
      keyUrl: (key) => `${origin.replace(/\/+$/, "")}/${bucket}/${encodePath(join(key))}`,
    };
  }
  return undefined;
}

function plain(url: string, options: Readonly<Record<string, unknown>>): HttpAddress {
  const base = new URL(url);
  const headers: Record<string, string> = {};
  const given = options["headers"];
  if (typeof given === "object" && given !== null)
    for (const [name, value] of Object.entries(given)) if (typeof value === "string") headers[name] = value;
  if (base.username !== "") {
    headers["Authorization"] =
      `Basic ${btoa(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`)}`;
    base.username = base.password = "";
  }
  return {
    headers,
    signed: false,
    keyUrl(key) {
      const each = new URL(base);
      each.pathname = `${base.pathname.replace(/\/+$/, "")}/${encodePath(key)}`;
      return each.href;
    },
  };
}

function endpointOf(options: Readonly<Record<string, unknown>>): string | undefined {
  const client = options["client_kwargs"] ?? options["clientKwargs"];
  const within =
    typeof client === "object" && client !== null ? text(Reflect.get(client, "endpoint_url")) : undefined;
  return text(options["endpoint_url"]) ?? text(options["endpointUrl"]) ?? within;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
