/**
 * Colour maps: from 0..1 to red, green and blue.
 *
 * @module
 */

/** Names of the colour maps. */
export const COLORMAPS = ["grey", "viridis", "magma", "inferno", "plasma"] as const;

/** A colour map. */
export type Colormap = (typeof COLORMAPS)[number];

/**
 * Colours at 17 even steps, between which a map is linear; at most 6 of 255 from the full tables. The four maps are
 * those of Smith, van der Walt and Firing, which they gave to the public domain (CC0).
 */
const STEPS: { readonly [name in Colormap]: string } = {
  grey: "000000 ffffff",
  viridis:
    "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26818e 21908c 1f9f88 28ae80 3ebc74 5dc963 82d34c abdc32 d5e21a fde725",
  magma:
    "000004 0a0822 1d1146 36106a 50127c 691c81 822681 9c2e7f b63779 cf4170 e65163 f5695c fb8761 fea571 fec387 fde0a2 fcfdbf",
  inferno:
    "000004 0b0724 210c4a 3c0965 57106d 70196e 89226a a32b61 bb3755 d14644 e35932 f1711e f98d0a fcab0f f9ca32 f2e865 fcffa4",
  plasma:
    "0d0887 310596 4c02a1 6600a7 7e03a8 9511a2 a92396 bb3587 cb4778 d9596a e66c5c f07f4f f89441 fdab33 fdc328 f9dd25 f0f921",
};

/** 256 colours, red, green and blue in turn. */
export function colorTable(name: Colormap): Uint8Array {
  const steps = STEPS[name].split(" ").map((hex) => Number.parseInt(hex, 16));
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (steps.length - 1);
    const from = Math.min(Math.floor(at), steps.length - 2);
    for (const [channel, shift] of [16, 8, 0].entries()) {
      const low = (steps[from]! >> shift) & 255;
      const high = (steps[from + 1]! >> shift) & 255;
      table[3 * i + channel] = Math.round(low + (high - low) * (at - from));
    }
  }
  return table;
}
