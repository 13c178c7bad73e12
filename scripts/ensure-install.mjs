// Runs `npm ci` when node_modules is missing or older than package-lock.json. Imports only what Node brings.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`zarrkit needs Node >= 20.19; this is ${process.versions.node}.`);
  process.exit(1);
}

/** npm writes this file last, when everything is in place. */
const installed = time(join(root, "node_modules", ".package-lock.json"));
const locked = time(join(root, "package-lock.json"));
if (installed === 0 || installed < locked) {
  console.log("installing: npm ci");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Time of the last change in milliseconds, 0 for a file that is not there. */
function time(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
