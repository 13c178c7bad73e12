// Maps become time series: an array in chunks of one day becomes one in chunks of all days, in bounded memory.
//
//   node examples/rechunk.mjs
//
// Stopped half-way and run again, the job goes on where it was. `zarrkit rechunk` does the same.
import { createArray, openArray } from "zarrkit";
import { rechunk, valueStatistics } from "zarrkit/compute";
import { LocalStore, StorePath } from "zarrkit/storage";

const [days, height, width] = [200, 90, 180];
const maps = await createArray("maps.zarr", {
  shape: [days, height, width],
  chunks: [1, height, width], // a map is one chunk, a series touches all of them
  dtype: "float32",
  dimensionNames: ["day", "y", "x"],
  overwrite: true,
});
const map = new Float32Array(height * width);
for (let day = 0; day < days; day++) {
  for (let i = 0; i < map.length; i++) map[i] = 10 * Math.sin(day / 30) + i / map.length;
  await maps.set([day], { data: map, shape: [height, width], stride: [width, 1] });
}

let last = "";
const { target } = await rechunk(maps, new StorePath(new LocalStore("series.zarr")), {
  chunks: [days, 10, 10],
  maxMemory: 4 * 2 ** 20, // the array is 13 MB
  overwrite: true,
  onProgress: ({ stage, chunksDone, chunksTotal }) => {
    last = `${stage}: ${chunksDone} of ${chunksTotal} chunks`;
  },
});
console.log(`${last} of ${target.chunks.join(" x ")}`);

const series = await openArray("series.zarr");
const place = await series.get(":, 45, 90"); // one chunk
const { mean } = await valueStatistics(series);
console.log(
  `${place.shape[0]} days at one place from ${place.get(0).toFixed(2)} on; the mean of all is ${mean.toFixed(2)}`,
);
