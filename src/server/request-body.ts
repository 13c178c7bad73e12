/**
 * The body of a request, bounded.
 *
 * @module
 */

/** The bytes of a body; `too-large` as soon as it is, whatever its header says, `short` when less comes than that. */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array | "too-large" | "short"> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > maxBytes) return "too-large";
  const parts: Uint8Array[] = [];
  let length = 0;
  if (request.body !== null) {
    const reader = request.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > maxBytes) {
        await reader.cancel().catch(() => {}); // the client hears of it by the response
        return "too-large";
      }
      parts.push(value);
    }
  }
  if (declared !== null && length < Number(declared)) return "short";
  const [only] = parts;
  if (parts.length === 1) return only!;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}
