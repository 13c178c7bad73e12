// Object storage, by URL. Without --live the bucket is a small copy, served on loopback over real HTTP.
import { createArray, createGroup, openGroup, consolidateMetadata } from "zarrkit";
import { FsspecStore } from "zarrkit/storage";
import { startS3 } from "../../test/servers/embedded-s3.mjs";
import { show } from "./show.mjs";

const BUCKET = "noaa-nwm-retro-v2-zarr-pds";

export async function remoteStores({ live }) {
  const before = process.env.AWS_ENDPOINT_URL_S3;
  const server = live
    ? undefined
    : await startS3({ buckets: { [BUCKET]: { public: true, objects: await bucketCopy() } } });
  if (server !== undefined) process.env.AWS_ENDPOINT_URL_S3 = server.url;
  try {
    const group = await show(
      `const group = await openGroup("s3://${BUCKET}", {\n  mode: "r", storageOptions: { anon: true },\n})`,
      () => openGroup(`s3://${BUCKET}`, { mode: "r", storageOptions: { anon: true } }),
    );
    await show(
      `(await group.getArray("streamflow")).info`,
      async () => (await group.getArray("streamflow")).info,
    );
    await show(
      `const store = await FsspecStore.fromUrl("s3://${BUCKET}", {\n  readOnly: true, storageOptions: { anon: true },\n})`,
      () => FsspecStore.fromUrl(`s3://${BUCKET}`, { readOnly: true, storageOptions: { anon: true } }),
    );
    const streamflow = await group.getArray("streamflow");
    await show(`await streamflow.get([0, slice(0, 6)])`, () => streamflow.get("0, 0:6"));
    if (server !== undefined)
      console.log(
        `  (${server.requests.length} requests to an embedded S3 server; --live asks the real bucket)\n`,
      );
  } finally {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL_S3;
    else process.env.AWS_ENDPOINT_URL_S3 = before;
    await server?.close();
  }
}

/** A bucket in the layout of the real one (Zarr v2, consolidated): coordinates and one variable, cut down. */
async function bucketCopy() {
  const objects = new Map();
  const root = await createGroup(objects, {
    zarrFormat: 2,
    attributes: { TITLE: "OUTPUT FROM NWM v2.1 (small copy)" },
  });
  const compressors = { id: "zstd", level: 9 };
  const features = Int32Array.from({ length: 48 }, (_, i) => 101 + 12 * i);
  await root.createArray("feature_id", {
    data: features,
    chunks: [48],
    compressors,
    attributes: { _ARRAY_DIMENSIONS: ["feature_id"] },
  });
  const hours = BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i) * 3600n);
  await root.createArray("time", {
    data: hours,
    chunks: [24],
    compressors,
    attributes: {
      _ARRAY_DIMENSIONS: ["time"],
      units: "seconds since 1979-02-01T01:00:00",
      calendar: "proleptic_gregorian",
    },
  });
  const flow = Int32Array.from({ length: 24 * 48 }, (_, i) =>
    Math.round(900 + 300 * Math.sin(i / 48) + 7 * (i % 48)),
  );
  await createArray(objects, {
    path: "streamflow",
    zarrFormat: 2,
    data: { data: flow, shape: [24, 48], stride: [48, 1] },
    chunks: [12, 24],
    compressors,
    fillValue: -999900,
    attributes: {
      _ARRAY_DIMENSIONS: ["time", "feature_id"],
      units: "m3 s-1",
      scale_factor: 0.01,
      add_offset: 0,
    },
  });
  await consolidateMetadata(objects);
  return objects;
}
