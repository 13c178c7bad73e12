/**
 * Compression of JSON on the wire. Chunks are compressed already, and ranges are of what is stored.
 *
 * @module
 */

/** Does the client take gzip? `gzip;q=0` says that it does not. */
export function acceptsGzip(headers: Headers): boolean {
  let other: boolean | undefined;
  for (const item of (headers.get("accept-encoding") ?? "").split(",")) {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    const isWanted = !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    if (name === "gzip" || name === "x-gzip") return isWanted;
    if (name === "*") other = isWanted;
  }
  return other ?? false;
}

/** The bytes in gzip form; `undefined` where the runtime cannot, or they do not get smaller. */
export async function gzipped(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (typeof CompressionStream === "undefined") return undefined;
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  return packed.byteLength < bytes.byteLength ? packed : undefined;
}
