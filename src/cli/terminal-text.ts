/**
 * Text for a terminal: what a store sends must not steer it, and colours.
 *
 * @module
 */
import { stringifyJson } from "../base/json-write.ts";
import type { CliStream } from "./streams.ts";

// Control characters, and those that turn the direction of what follows or break its line.
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text in which control characters are written out (`\x1b`), so that it stays on its line. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** As `safeText`, but line breaks stay. */
export function safeLines(text: string): string {
  return text.replace(UNSAFE, (character) => (character === "\n" ? character : escaped(character)));
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** JSON for people: indented, and letters beyond ASCII as themselves. Still valid JSON. */
export function readableJson(value: unknown): string {
  // The first alternative keeps `\\u0041` a backslash and text.
  return stringifyJson(value, { indent: 2 }).replace(
    /\\\\|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|\\u([0-9a-f]{4})/g,
    (match: string, high?: string, low?: string, single?: string) => {
      if (high !== undefined && low !== undefined)
        return String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16));
      if (single === undefined) return match;
      const code = Number.parseInt(single, 16);
      const letter = String.fromCharCode(code);
      const isLone = code >= 0xd800 && code <= 0xdfff;
      return isLone || safeText(letter) !== letter ? match : letter;
    },
  );
}

const CODES = { bold: [1, 22], dim: [2, 22], blue: [34, 39], cyan: [36, 39], red: [31, 39] } as const;

/** How text is painted. */
export type Paint = (style: keyof typeof CODES, text: string) => string;

/** Paints where the stream has colours, and leaves text as it is elsewhere. */
export function painter(stream: CliStream): Paint {
  if (!stream.hasColors) return (_, text) => text;
  return (style, text) => `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`;
}
