// The implementations that take part, and the programs that run their drivers.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodePeers, pythonPeers, rustPeer } from "./peers.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const driver = (name) => join(here, "drivers", name);
const PIPELINES = {
  "zarr-python": undefined,
  "zarr-python fused": "zarr.core.codec_pipeline.FusedCodecPipeline",
  "zarr-python zarrs": "zarrs.ZarrsCodecPipeline",
};

/**
 * `{ contenders, missing }`: each contender is `{ key, name, node?, version, command, env }`, where `name` is the implementation and `node` the
 * label of the Node that runs it; `missing` are lines that say what is left out. Without peers there is zarrkit alone.
 */
export function contenders(nodes, withPeers) {
  const { version } = JSON.parse(readFileSync(join(here, "..", "package.json"), "utf8"));
  const found = nodes.map(({ label, program }) => ({
    key: `zarrkit, ${label}`,
    name: "zarrkit",
    node: label,
    version,
    command: [program, driver("zarrkit.mjs")],
    env: {},
  }));
  const missing = [];
  if (!withPeers) return { contenders: found, missing };
  const python = pythonPeers();
  const rust = rustPeer();
  if (python.reason !== undefined) missing.push(`zarr-python and tensorstore: ${python.reason}`);
  else {
    found.push({
      key: "tensorstore",
      name: "tensorstore",
      version: python.versions.tensorstore,
      command: [python.python, driver("tensorstore_.py")],
      env: {},
    });
  }
  if (rust.reason !== undefined) missing.push(`zarrs (Rust): ${rust.reason}`);
  else {
    found.push({
      key: "zarrs (Rust)",
      name: "zarrs (Rust)",
      version: rust.zarrs,
      command: [rust.program],
      env: {},
    });
  }
  if (python.reason === undefined) {
    const { versions } = python;
    for (const [name, pipeline] of Object.entries(PIPELINES)) {
      found.push({
        key: name,
        name,
        version:
          name === "zarr-python zarrs" ? `${versions.zarr} with zarrs ${versions.zarrs}` : versions.zarr,
        command: [python.python, driver("zarr_python.py")],
        env: pipeline === undefined ? {} : { PIPELINE: pipeline },
      });
    }
  }
  const peers = nodePeers();
  if (peers.reason !== undefined) missing.push(peers.reason);
  else {
    for (const { label, program } of nodes) {
      found.push({
        key: `zarrita, ${label}`,
        name: "zarrita",
        node: label,
        version: peers.zarrita,
        command: [program, driver("zarrita.mjs")],
        env: { ZARRITA: peers.folder },
      });
    }
  }
  return { contenders: found, missing };
}
