// Installs the implementations that zarrkit is measured beside, below .cache/bench.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnv } from "../scripts/python-env.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, ".cache", "bench");
const ZARRITA = "0.7.5";

/** Folder of installed npm peers, or a reason why there is none. */
export function nodePeers() {
  const manifest = join(folder, "package.json");
  const wanted = `${JSON.stringify({ private: true, type: "module", dependencies: { zarrita: ZARRITA } }, null, 2)}\n`;
  const installed = join(folder, "node_modules", "zarrita", "package.json");
  if (!existsSync(installed) || readFileSync(manifest, "utf8") !== wanted) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(manifest, wanted);
    const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "ignore",
    });
    if (status !== 0) return { reason: "zarrita could not be installed" };
  }
  const { version } = JSON.parse(readFileSync(installed, "utf8"));
  return { folder, zarrita: version };
}

/** The Python that has zarr-python and tensorstore, with their versions, or a reason why there is none. */
export function pythonPeers() {
  return pythonEnv().zp3;
}
