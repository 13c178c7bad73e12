/**
 * Addresses that a file of references may not make this machine ask: those of the link itself,
 * where clouds serve the credentials of a machine.
 *
 * @module
 */
import { nodeProcess } from "../../base/platform.ts";
import { StoreError } from "../../base/errors.ts";
import { redactUrl } from "../redact.ts";
import type { HttpRequest, Transport } from "../transport.ts";

const MAX_REDIRECTS = 10;
const METADATA_HOSTS = new Set(["metadata.google.internal", "metadata.goog", "metadata", "instance-data"]);
/** Headers that are for the server that was asked, and for no other. */
const SECRET_HEADERS = new Set(["authorization", "cookie", "proxy-authorization"]);

/**
 * Refuses a URL on a link-local or metadata address.
 *
 * @throws StoreError when it is one, or no URL.
 */
export function refuseLinkLocal(url: string): void {
  let host: string;
  try {
    host = new URL(url).hostname.toLowerCase().replace(/\.$/, ""); // writes every form of an IPv4 address as four numbers
  } catch (cause) {
    throw new StoreError(`A reference names ${redactUrl(url)}, which is no URL.`, {
      url: redactUrl(url),
      cause,
    });
  }
  if (!isLinkLocal(host)) return;
  throw new StoreError(
    `A reference names ${redactUrl(url)}, a link-local or metadata address, which is not asked; the option allowLinkLocal permits it.`,
    { url: redactUrl(url) },
  );
}

/**
 * A transport that looks at each address, also where redirects lead. In browsers, where they
 * cannot be followed by hand, the runtime follows them.
 */
export function guardedTransport(send: Transport): Transport {
  return async (request) => {
    refuseLinkLocal(request.url);
    if (request.redirect !== "follow" || nodeProcess() === undefined) return send(request);
    let current: HttpRequest = { ...request, redirect: "manual" };
    for (let redirects = 0; ; redirects++) {
      const response = await send(current);
      const location = response.headers.get("location");
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null)
        return { ...plain(response), url: response.url || current.url };
      await response.body?.cancel();
      if (redirects === MAX_REDIRECTS)
        throw new StoreError(`${redactUrl(request.url)} redirects more than ${MAX_REDIRECTS} times.`, {
          url: redactUrl(request.url),
        });
      current = follow(current, location);
    }
  };
}

function follow(request: HttpRequest, location: string): HttpRequest {
  const next = new URL(location, request.url);
  if (next.protocol !== "http:" && next.protocol !== "https:")
    throw new StoreError(`${redactUrl(request.url)} redirects to ${redactUrl(next.href)}.`, {
      url: redactUrl(request.url),
    });
  refuseLinkLocal(next.href);
  if (next.origin === new URL(request.url).origin) return { ...request, url: next.href };
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !SECRET_HEADERS.has(name.toLowerCase())),
  );
  return { ...request, url: next.href, headers };
}

/** The members of an answer, which may be getters of a class. */
function plain({
  status,
  headers,
  body,
  hidesHeaders,
}: Awaited<ReturnType<Transport>>): Awaited<ReturnType<Transport>> {
  return { status, headers, body, hidesHeaders };
}

function isLinkLocal(host: string): boolean {
  if (METADATA_HOSTS.has(host)) return true;
  if (host.startsWith("[")) {
    const address = host.slice(1, -1);
    // As the URL parser writes an IPv4 address within an IPv6 one: ::ffff:a9fe:1234
    const mapped = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
    if (mapped !== null) return isLinkLocalIpv4(parseInt(mapped[1]!, 16) * 65536 + parseInt(mapped[2]!, 16));
    return /^fe[89ab][0-9a-f]:/.test(address) || address === "fd00:ec2::254" || address === "fd20:ce::254";
  }
  const numbers = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
  if (numbers === null) return false;
  return isLinkLocalIpv4(numbers.slice(1).reduce((address, part) => address * 256 + Number(part), 0));
}

/** 169.254.0.0/16, 100.100.100.200 and 192.0.0.192, where clouds answer. */
function isLinkLocalIpv4(address: number): boolean {
  return Math.floor(address / 65536) === 169 * 256 + 254 || address === 0x646464c8 || address === 0xc00000c0;
}
