// A slice of a climate data set as a picture: sea-surface temperature of one month, as PNG.
//
//   node examples/climate-slice.mjs [month] [file.png]
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { encode } from "fast-png";
import { openGroup, slice } from "zarrkit";

const month = Number(process.argv[2] ?? 6);
const file = process.argv[3] ?? "sea-surface.png";

// Any URL would do: s3://…, https://…, a zip archive.
const url = fileURLToPath(new URL("data/sea-surface.zarr", import.meta.url));
const group = await openGroup(url, { mode: "r" });
const sst = await group.getArray("sst");
const north = slice(null, null, -1); // the first row of a picture is its top
const map = await sst.get([month, north, slice(null)]);

const values = Float64Array.from(map.data, Number);
const known = values.filter(Number.isFinite);
const [least, most] = [Math.min(...known), Math.max(...known)];
const [height, width] = map.shape;
const pixels = new Uint8Array(width * height * 4);
for (const [i, value] of values.entries()) {
  const part = (value - least) / (most - least);
  // Cold is blue, warm is red, land is transparent.
  if (Number.isFinite(value)) pixels.set([255 * part, 80, 255 * (1 - part), 255], 4 * i);
}
writeFileSync(file, encode({ width, height, data: pixels, channels: 4 }));
console.log(
  `${file}: ${width} x ${height}, ${least.toFixed(1)} to ${most.toFixed(1)} ${group.attrs.units ?? ""}`.trim(),
);
