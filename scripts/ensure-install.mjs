// Runs `npm ci` when node_modules is missing or is not what package-lock.json says. Imports only what Node brings.
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`zarrkit needs Node >= 20.19; this is ${process.versions.node}.`);
  process.exit(1);
}

/** What npm notes about an installation when everything is in place. */
const installed = join(root, "node_modules", ".package-lock.json");
const locked = join(root, "package-lock.json");
if (time(installed) === 0 || (time(installed) < time(locked) && !isSame())) {
  console.log("installing: npm ci");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Is what is installed what the lock file says? A checkout makes the lock file newer without changing it. */
function isSame() {
  const there = packagesOf(installed);
  return Object.entries(packagesOf(locked)).every(([path, { version, optional }]) => {
    if (path === "") return true;
    // npm leaves out optional packages of other platforms.
    return there[path] === undefined ? optional === true : there[path].version === version;
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/** Time of the last change in milliseconds, 0 for a file that is not there. */
function time(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
