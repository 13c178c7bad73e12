// Data for the tests of the viewer, and for the pictures in its guide: small, made by formulas, so that a test can say
// what every element is.
import { createGroup } from "../../dist/index.js";

/** What `temperature[t, y, x]` is, before it is rounded to single precision; NaN is sea ice. */
export function temperatureAt(t, y, x, [height, width]) {
  const latitude = 90 - (180 * (y + 0.5)) / height;
  const longitude = (360 * (x + 0.5)) / width;
  const land =
    Math.sin(longitude / 23) * Math.cos(latitude / 17) + 0.6 * Math.sin((longitude + 2 * latitude) / 11);
  if (land > 0.93) return Number.NaN;
  const season = 12 * Math.cos((2 * Math.PI * (t - 6)) / 12) * Math.sin((latitude * Math.PI) / 180);
  return 273.15 + 30 * Math.cos((latitude * Math.PI) / 180) ** 2 - 18 + season + 4 * land;
}

/** A number between 0 and 1 that looks random and is always the same. */
function hash(a, b, c) {
  let value = Math.imul(a, 374761393) ^ Math.imul(b, 668265263) ^ Math.imul(c, 2246822519);
  value = Math.imul(value ^ (value >>> 13), 1274126177);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

const CELL = 88;

/** What `cells[c, y, x]` is at the finest level: nuclei, and the membranes between the cells around them. */
export function cellAt(c, y, x) {
  const [row, column] = [Math.floor(y / CELL), Math.floor(x / CELL)];
  let near = Infinity;
  let next = Infinity;
  let size = 0;
  for (let i = row - 1; i <= row + 1; i++)
    for (let j = column - 1; j <= column + 1; j++) {
      const dy = y - (i + 0.2 + 0.6 * hash(i, j, 1)) * CELL;
      const dx = x - (j + 0.2 + 0.6 * hash(i, j, 2)) * CELL;
      const distance = Math.hypot(dx, dy * (0.85 + 0.3 * hash(i, j, 3)));
      if (distance < near) {
        next = near;
        near = distance;
        size = 12 + 12 * hash(i, j, 4);
      } else if (distance < next) next = distance;
    }
  const noise = 90 * hash(y, x, c + 7);
  const signal =
    c === 0 ? 8200 / (1 + Math.exp((near - size) / 1.8)) : 6800 * Math.exp(-((next - near) ** 2) / 38);
  return Math.round(220 + noise + signal);
}

/** Fills an array chunk by chunk. */
async function fill(array, value) {
  const { shape } = array;
  const step = array.shards ?? array.chunks;
  const counts = shape.map((length, axis) => Math.ceil(length / step[axis]));
  const total = counts.reduce((a, b) => a * b, 1);
  for (let chunk = 0; chunk < total; chunk++) {
    let rest = chunk;
    const start = counts.map(() => 0);
    for (let axis = counts.length - 1; axis >= 0; axis--) {
      start[axis] = (rest % counts[axis]) * step[axis];
      rest = Math.floor(rest / counts[axis]);
    }
    const part = start.map((from, axis) => Math.min(step[axis], shape[axis] - from));
    const size = part.reduce((a, b) => a * b, 1);
    const data = new Float64Array(size);
    const index = [...start];
    for (let i = 0; i < size; i++) {
      data[i] = value(...index);
      for (let axis = index.length - 1; axis >= 0; axis--) {
        if (++index[axis] < start[axis] + part[axis]) break;
        index[axis] = start[axis];
      }
    }
    const selection = start.map((from, axis) => `${from}:${from + part[axis]}`).join(", ");
    const stride = part.map((_, axis) => part.slice(axis + 1).reduce((a, b) => a * b, 1));
    await array.set(selection, { data, shape: part, stride }, { casting: "unsafe" });
  }
}

export const HOSTILE_NAME = `<img src=x onerror="window.hacked=1">`;

/** Writes the sample at a store-like: a group with arrays of many kinds. */
export async function writeSample(store, { isLarge = false } = {}) {
  const root = await createGroup(store, {
    attributes: {
      title: "Sample of the viewer",
      [HOSTILE_NAME]: `<script>window.hacked=2</script><img src=x onerror="window.hacked=3">`,
    },
  });
  await climate(root, isLarge);
  await cells(root, isLarge);
  await small(root);
  return root;
}

async function climate(root, isLarge) {
  const [times, height, width] = isLarge ? [12, 720, 1440] : [12, 180, 360];
  const group = await root.createGroup("climate", { attributes: { Conventions: "CF-1.10" } });
  const z = await group.createArray("temperature", {
    shape: [times, height, width],
    chunks: isLarge ? [1, 360, 360] : [1, 90, 90],
    dtype: "float32",
    fillValue: NaN,
    dimensionNames: ["time", "lat", "lon"],
    attributes: { units: "K", long_name: "near-surface temperature" },
  });
  await fill(z, (t, y, x) => temperatureAt(t, y, x, [height, width]));
  const axis = async (name, length, value, units) => {
    const a = await group.createArray(name, {
      shape: [length],
      dtype: "float64",
      dimensionNames: [name],
      attributes: { units },
    });
    await fill(a, value);
  };
  await axis("lat", height, (y) => 90 - (180 * (y + 0.5)) / height, "degrees_north");
  await axis("lon", width, (x) => (360 * (x + 0.5)) / width, "degrees_east");
  const time = await group.createArray("time", {
    shape: [times],
    dtype: "datetime64[D]",
    dimensionNames: ["time"],
  });
  const days = Array.from({ length: times }, (_, t) => BigInt(Date.UTC(2025, t, 15) / 86_400_000));
  await time.set(null, new BigInt64Array(days));
}

/** A multiscale image of OME-Zarr 0.5, of two channels. */
async function cells(root, isLarge) {
  const side = isLarge ? 2048 : 1024;
  const group = await root.createGroup("cells");
  const levels = [];
  for (let level = 0; level < 4; level++) {
    const length = side >> level;
    const z = await group.createArray(String(level), {
      shape: [2, length, length],
      chunks: [1, 128, 128],
      ...(level === 0 ? { shards: [1, 512, 512] } : {}),
      dtype: "uint16",
      dimensionNames: ["c", "y", "x"],
    });
    await fill(z, (c, y, x) => cellAt(c, y << level, x << level));
    levels.push({
      path: String(level),
      coordinateTransformations: [{ type: "scale", scale: [1, 0.25 * 2 ** level, 0.25 * 2 ** level] }],
    });
  }
  const micrometer = { type: "space", unit: "micrometer" };
  await group.updateAttributes({
    ome: {
      version: "0.5",
      multiscales: [
        {
          name: "cells",
          axes: [
            { name: "c", type: "channel" },
            { name: "y", ...micrometer },
            { name: "x", ...micrometer },
          ],
          datasets: levels,
        },
      ],
      omero: {
        channels: [
          { label: "nuclei", color: "0090FF", active: true, window: { start: 150, end: 9500 } },
          { label: "membrane", color: "FF7A00", active: true, window: { start: 150, end: 9500 } },
        ],
      },
    },
  });
}

/** Arrays for tests: each a formula. */
async function small(root) {
  const group = await root.createGroup("small");
  const make = async (name, options, value) => {
    const z = await group.createArray(name, options);
    await fill(z, value);
    return z;
  };
  await make("ramp8", { shape: [40, 60], chunks: [20, 20], dtype: "uint8" }, (y, x) => (3 * y + 2 * x) % 256);
  await make("wide64", { shape: [8, 8], chunks: [4, 4], dtype: "float64", fillValue: -9999 }, (y, x) =>
    y === 2 && x === 3 ? -9999 : y * 10 + x / 4,
  );
  const sparse = await group.createArray("sparse", {
    shape: [64, 64],
    chunks: [16, 16],
    dtype: "int16",
    fillValue: -1,
  });
  await sparse.set("16:32, 32:64", 7);
  await make("line", { shape: [5000], chunks: [500], dtype: "float32" }, (i) =>
    i === 1234 ? Number.NaN : Math.sin(i / 100) * (1 + i / 2500),
  );
  await make("rgb", { shape: [32, 48, 3], chunks: [16, 16, 3], dtype: "uint8" }, (y, x, c) =>
    c === 0 ? x * 5 : c === 1 ? y * 7 : 128,
  );
  const big = await group.createArray("int64", { shape: [2, 2], dtype: "int64" });
  await big.set(null, [
    [9007199254740993n, -1n],
    [2n, 3n],
  ]);
  const words = await group.createArray("words", { shape: [3], dtype: "string" });
  await words.set(null, ["zarr", HOSTILE_NAME, "ü"]);
  const corrupt = await make(
    "corrupt",
    { shape: [40, 40], chunks: [20, 20], dtype: "int32", compressors: [{ name: "zstd", configuration: {} }] },
    (y, x) => y + x + 1,
  );
  await corrupt.store.set(`${corrupt.path}/c/1/1`, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
  await group.createArray("huge", {
    shape: [2 ** 40, 2 ** 40],
    chunks: [2 ** 30, 2 ** 30],
    dtype: "float64",
  });
  await group.createGroup(HOSTILE_NAME.replaceAll("/", ""), { attributes: { x: 1 } });
}
