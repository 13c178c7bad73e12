/**
 * Colour maps: from 0..1 to packed colours. Pure.
 *
 * @module
 */

/**
 * Colours at even steps, between which a map is linear. viridis, magma, inferno and plasma (Smith, van der Walt and Firing)
 * and cividis (Nuñez, Anderton and Renslow) were given to the public domain; the others are made here.
 */
const STEPS = {
  grey: "000000 ffffff",
  viridis:
    "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26818e 21908c 1f9f88 28ae80 3ebc74 5dc963 82d34c abdc32 d5e21a fde725",
  magma:
    "000004 0a0822 1d1146 36106a 50127c 691c81 822681 9c2e7f b63779 cf4170 e65163 f5695c fb8761 fea571 fec387 fde0a2 fcfdbf",
  inferno:
    "000004 0b0724 210c4a 3c0965 57106d 70196e 89226a a32b61 bb3755 d14644 e35932 f1711e f98d0a fcab0f f9ca32 f2e865 fcffa4",
  plasma:
    "0d0887 310596 4c02a1 6600a7 7e03a8 9511a2 a92396 bb3587 cb4778 d9596a e66c5c f07f4f f89441 fdab33 fdc328 f9dd25 f0f921",
  cividis: "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838",
  "blue–red": "1f4aa8 4f7fd0 8fb3e6 cbdcf3 f4f3f1 f6d3c4 e79b83 cb5c50 9e1b32",
  ice: "04051a 12294f 1c4f83 2a78a6 4aa3c0 86ccd7 cbeef0 ffffff",
  terrain: "20427f 2f73a8 6fb7c4 2f8a4e 83b25a d7cf86 b28d5a 8a6a52 d8d2cc ffffff",
  phase: "c84d4d b98a2c 6f9a3a 2f9a78 2f86b8 6a6fd0 b155b5 c84d4d",
} as const;

/** Names of the colour maps; `labels` gives each whole number a colour of its own. */
export type ColourMapName = keyof typeof STEPS | "labels";

export const COLOUR_MAPS: readonly ColourMapName[] = [
  ...(Object.keys(STEPS) as (keyof typeof STEPS)[]),
  "labels",
]; // its own keys

/** 256 colours as the bytes of a picture, packed. */
export function colourTable(name: Exclude<ColourMapName, "labels">, isReversed: boolean): Uint32Array {
  const steps = STEPS[name].split(" ").map((hex) => Number.parseInt(hex, 16));
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const at = ((isReversed ? 255 - i : i) / 255) * (steps.length - 1);
    const from = Math.min(Math.floor(at), steps.length - 2);
    const part = (shift: number): number => {
      const low = (steps[from]! >> shift) & 255;
      const high = (steps[from + 1]! >> shift) & 255;
      return Math.round(low + (high - low) * (at - from));
    };
    table[i] = packed(part(16), part(8), part(0));
  }
  return table;
}

/** From black to a colour: for channels that are shown together. */
export function channelTable(colour: string): Uint32Array {
  const value = Number.parseInt(colour.slice(1), 16);
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const part = (shift: number): number => Math.round((((value >> shift) & 255) * i) / 255);
    table[i] = packed(part(16), part(8), part(0));
  }
  return table;
}

/** The colour of a label; 0 is no label. */
export function labelColour(label: number): number {
  if (label === 0) return packed(0, 0, 0);
  // Neighbouring labels get colours that are far from each other.
  const hue = (Math.abs(Math.trunc(label)) * 0.618033988749895) % 1;
  const tone = Math.abs(Math.trunc(label)) % 3;
  return hsl(hue, 0.62 + 0.12 * (tone % 2), 0.5 + 0.11 * (tone - 1));
}

/** Red, green and blue of a map at some steps, for showing it. */
export function colourCss(table: Uint32Array, index: number): string {
  const value = table[index] ?? 0;
  return `rgb(${value & 255} ${(value >> 8) & 255} ${(value >> 16) & 255})`;
}

function hsl(hue: number, saturation: number, lightness: number): number {
  const amplitude = saturation * Math.min(lightness, 1 - lightness);
  const part = (offset: number): number => {
    const k = (offset + hue * 12) % 12;
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return packed(part(0), part(8), part(4));
}

/** The order of bytes of the machine decides: pictures are red, green, blue, opacity in memory. */
const IS_LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

export function packed(red: number, green: number, blue: number): number {
  return (
    (IS_LITTLE
      ? (255 << 24) | (blue << 16) | (green << 8) | red
      : (red << 24) | (green << 16) | (blue << 8) | 255) >>> 0
  );
}
