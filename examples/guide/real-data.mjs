// Real data: a grid that an npm package ships becomes a sharded store; a store that zarr-python wrote is read.
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { createGroup, openGroup, slice } from "zarrkit";
import { show } from "./show.mjs";

const require = createRequire(import.meta.url);
const command = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const seaSurface = fileURLToPath(new URL("../data/sea-surface.zarr", import.meta.url));

export async function realData() {
  await writePrecipitation();
  const group = await openGroup("precipitation.zarr", { mode: "r" });
  await show(`await (await openGroup("precipitation.zarr")).tree()`, () => group.tree());
  const annual = await group.getArray("annual");
  await show(`await annual.infoComplete()`, () => annual.infoComplete());
  await show(
    `await annual.get([slice(84, 90), slice(118, 124)])   // around the Amazon's mouth, mm a year`,
    () => annual.get([slice(84, 90), slice(118, 124)]),
  );
  await picture("precipitation.zarr", "annual", ":, :", "precipitation.png", ["--min", "0", "--max", "3000"]);

  const sea = await openGroup(seaSurface, { mode: "r" });
  await show(
    `await (await openGroup("examples/data/sea-surface.zarr")).tree()   // written by zarr-python`,
    () => sea.tree(),
  );
  const sst = await sea.getArray("sst");
  await show(`sst.info`, () => sst.info);
  await show(`await sst.get([6, slice(15, 21), slice(0, 5)])`, () =>
    sst.get([6, slice(15, 21), slice(0, 5)]),
  );
  await picture(seaSurface, "sst", "6, ::-1, :", "sea-surface.png");
}

/** The precipitation grid of the package vega-datasets: 1 degree, mm in 2016, from NOAA's Climate Forecast System. */
async function writePrecipitation() {
  const file = require.resolve("vega-datasets/data/annual-precip.json");
  const { width, height, values } = JSON.parse(readFileSync(file, "utf8"));
  const root = await createGroup("precipitation.zarr", {
    attributes: { title: "Annual precipitation 2016", source: "NOAA CFSv2, as packaged in vega-datasets" },
  });
  await show(
    `await root.createArray("annual", {\n  shape: [${height}, ${width}], dtype: "uint16", chunks: [28, 60], shards: [84, 180],\n  compressors: { name: "blosc", configuration: { cname: "zstd", clevel: 5, shuffle: "shuffle" } },\n  dimensionNames: ["lat", "lon"], attributes: { units: "mm" },\n})`,
    async () => {
      const annual = await root.createArray("annual", {
        shape: [height, width],
        dtype: "uint16",
        chunks: [28, 60],
        shards: [84, 180],
        compressors: { name: "blosc", configuration: { cname: "zstd", clevel: 5, shuffle: "shuffle" } },
        dimensionNames: ["lat", "lon"],
        attributes: { units: "mm", long_name: "precipitation in 2016" },
      });
      await annual.set(null, { data: Uint16Array.from(values), shape: [height, width], stride: [width, 1] });
      return annual;
    },
  );
  const axis = (start, step, count) => Float32Array.from({ length: count }, (_, i) => start + step * i);
  await root.createArray("lat", {
    data: axis(87, -1, height),
    dimensionNames: ["lat"],
    attributes: { units: "degrees_north" },
  });
  await root.createArray("lon", {
    data: axis(-180, 1, width),
    dimensionNames: ["lon"],
    attributes: { units: "degrees_east" },
  });
}

async function picture(url, path, select, file, limits = []) {
  const args = [
    "get",
    url,
    path,
    "--select",
    select,
    "--format",
    "png",
    "--colormap",
    "viridis",
    ...limits,
    "--output",
    file,
  ];
  const shown = url === seaSurface ? "examples/data/sea-surface.zarr" : url;
  await show(
    `zarrkit get ${shown} ${path} --select "${select}" --format png --colormap viridis ${[...limits, "--output", file].join(" ")}`,
    () => {
      const { status, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
      if (status !== 0) throw new Error(`zarrkit get failed: ${stderr}`);
      return `${file}: ${statSync(file).size} bytes`;
    },
  );
}
