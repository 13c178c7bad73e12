/**
 * Names of entries: UTF-8 when the entry says so, else code page 437.
 *
 * @module
 */

/** General purpose flag: the name is UTF-8. */
export const UTF8_FLAG = 0x0800;

// Code points of the bytes 0x80 to 0xFF in IBM code page 437.
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes a name; `undefined` when it claims to be UTF-8 and is not. */
export function decodeName(bytes: Uint8Array, flags: number): string | undefined {
  if (isAscii(bytes)) return latin1(bytes);
  if ((flags & UTF8_FLAG) === 0) return cp437(bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Encodes a name, and says which flag it needs: none when it is ASCII. */
export function encodeName(name: string): { readonly bytes: Uint8Array; readonly flags: number } {
  const bytes = new TextEncoder().encode(name);
  return { bytes, flags: isAscii(bytes) ? 0 : UTF8_FLAG };
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f) return false;
  return true;
}

// Arguments of one call are bounded, names are not.
const BLOCK = 4096;

function latin1(bytes: Uint8Array): string {
  if (bytes.length <= BLOCK) return String.fromCharCode(...bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += BLOCK)
    text += String.fromCharCode(...bytes.subarray(at, at + BLOCK));
  return text;
}

function cp437(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : CP437[byte - 0x80]!;
  return text;
}
