// A thumbnail of an OME-Zarr image: the smallest of its resolutions, the middle of its stack, scaled to 8 bits.
//
//   node examples/ome-thumbnail.mjs [url] [file.png]
//
// Without a URL it makes an image first: a stack of blobs, and its pyramid.
import { writeFileSync } from "node:fs";
import { encode } from "fast-png";
import { createArray, openGroup, slice } from "zarrkit";
import { pyramid } from "zarrkit/compute";
import { LocalStore, StorePath } from "zarrkit/storage";

const url = process.argv[2] ?? (await blobs("blobs.ome.zarr"));
const file = process.argv[3] ?? "thumbnail.png";

const group = await openGroup(url, { mode: "r" });
const [image] = (group.attrs.ome ?? group.attrs).multiscales; // 0.5, or 0.4 in Zarr format 2
const smallest = await group.getArray(image.datasets.at(-1).path);
// The last two axes are those of the picture; of all others the middle.
const middle = smallest.shape.slice(0, -2).map((length) => Math.floor(length / 2));
const plane = await smallest.get([...middle, slice(null), slice(null)]);

const values = Float64Array.from(plane.data, Number);
const [least, most] = values.reduce(
  ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
  [Infinity, -Infinity],
);
const data = Uint8Array.from(values, (value) => (255 * (value - least)) / (most - least || 1));
const [height, width] = plane.shape;
writeFileSync(file, encode({ width, height, data, channels: 1, depth: 8 }));
console.log(`${file}: ${width} x ${height} of ${image.datasets.length} resolutions of ${image.name}`);

/** Makes an image of 8 x 600 x 800 and its pyramid, and returns where it is. */
async function blobs(path) {
  const shape = [8, 600, 800];
  const source = await createArray(
    {},
    { shape, chunks: [1, 256, 256], dtype: "uint16", dimensionNames: ["z", "y", "x"] },
  );
  const plane = new Uint16Array(600 * 800);
  for (let z = 0; z < 8; z++) {
    for (let i = 0; i < plane.length; i++) {
      const [y, x] = [Math.floor(i / 800), i % 800];
      plane[i] = 1000 * (2 + Math.sin(x / 40 + z) * Math.cos(y / 30 - z));
    }
    await source.set([z], { data: plane, shape: [600, 800], stride: [800, 1] });
  }
  await pyramid(source, new StorePath(new LocalStore(path)), {
    name: "blobs",
    scale: [2, 0.5, 0.5],
    overwrite: true,
  });
  return path;
}
