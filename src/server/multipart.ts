/**
 * Several parts of a value in one body. RFC 9110, section 14.6.
 *
 * @module
 */
import type { ByteSpan } from "../base/byte-request.ts";

/** The body of a `multipart/byteranges` response. The boundary is random, so that no value can hold it by design. */
export function multipartBody(
  spans: readonly ByteSpan[],
  parts: readonly Uint8Array[],
  size: number,
  contentType: string,
): { readonly body: Uint8Array; readonly boundary: string } {
  const boundary = crypto.randomUUID();
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  for (const [at, { start, end }] of spans.entries()) {
    const head = [
      `${at === 0 ? "" : "\r\n"}--${boundary}`,
      `Content-Type: ${contentType}`,
      `Content-Range: bytes ${start}-${end - 1}/${size}`,
    ];
    pieces.push(encoder.encode(`${head.join("\r\n")}\r\n\r\n`), parts[at]!);
  }
  pieces.push(encoder.encode(`\r\n--${boundary}--\r\n`));
  const body = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    body.set(piece, offset);
    offset += piece.byteLength;
  }
  return { body, boundary };
}
