// A zip archive on S3 is a store: it is written here, uploaded, and read in place by ranges.
//
//   node examples/zip-on-s3.mjs
//
// The S3 service is one of its own, on loopback; with a real bucket only the options differ.
import { readFileSync } from "node:fs";
import { createGroup, openGroup } from "zarrkit";
import { filesystem } from "zarrkit/fs";
import { ZipStore } from "zarrkit/storage";
import { startS3 } from "../test/servers/embedded-s3.mjs";

const archive = new ZipStore("readings.zip", { mode: "w" });
const group = await createGroup(archive, { attributes: { station: "Tromsø" } });
const array = await group.createArray("temperature", {
  shape: [365, 24],
  chunks: [30, 24],
  dtype: "float32",
});
await array.set(
  "...",
  Array.from({ length: 365 }, (_, day) => 5 - 12 * Math.cos((2 * Math.PI * day) / 365)).map((mean) =>
    new Float32Array(24).fill(mean),
  ),
);
await archive.close();

const server = await startS3({ buckets: { data: {} }, credentials: { KEY: "SECRET" } });
try {
  const storageOptions = { key: "KEY", secret: "SECRET", client_kwargs: { endpoint_url: server.url } };
  await filesystem("s3", storageOptions).pipeFile("data/readings.zip", readFileSync("readings.zip"));

  const before = server.requests.length;
  const remote = await openGroup("s3://data/readings.zip", { mode: "r", storageOptions });
  const july = await (await remote.getArray("temperature")).get("200, 12");
  const requests = server.requests.length - before;
  console.log(`${remote.attrs.station}, noon of day 200: ${july.toFixed(1)} °C, by ${requests} requests`);
} finally {
  await server.close();
}
