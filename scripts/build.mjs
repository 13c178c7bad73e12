// Builds dist from src with tsdown, and dist/viewer from viewer with rolldown. Does nothing when dist is newer than the sources; `--force` builds anyway.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildViewer } from "./build-viewer.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const INPUTS = [
  "src",
  "assembly",
  "viewer",
  "package.json",
  "tsconfig.json",
  "tsdown.config.ts",
  "scripts/build.mjs",
  "scripts/build-viewer.mjs",
];

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const outputs = Object.values(manifest.exports)
  .filter((target) => typeof target === "object")
  .flatMap((target) => [target.types, target.default])
  .map((file) => join(root, file));
const viewerPage = join(dist, "viewer", "index.html");

if (!process.argv.includes("--force") && isFresh()) {
  console.log("build: dist is newer than the sources");
} else {
  await build();
}

async function build() {
  const start = performance.now();
  // Beside dist, so that paths in source maps are the same, and renamed at the end: a reader of dist sees all or nothing.
  const part = join(root, `dist.part-${process.pid}`);
  try {
    const result = spawnSync(process.execPath, [join(root, "node_modules", "tsdown", "dist", "run.mjs")], {
      cwd: root,
      env: { ...process.env, ZARRKIT_OUT_DIR: relative(root, part) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (result.status !== 0) process.exit(result.status ?? 1);
    const missing = outputs.filter((file) => !existsSync(join(part, relative(dist, file))));
    if (missing.length > 0) {
      console.error(`build: not made: ${missing.map((file) => relative(root, file)).join(", ")}`);
      process.exit(1);
    }
    for (const name of readdirSync(part, { recursive: true })) {
      if (String(name).endsWith(".d.ts")) dropMapComment(join(part, String(name)));
    }
    await buildViewer(join(part, "viewer"));
    rmSync(dist, { recursive: true, force: true });
    renameSync(part, dist);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  console.log(
    `build: ${outputs.length / 2} entries and the viewer in ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
}

/** Declarations have no source maps; the comment that points to one would be a broken link. */
function dropMapComment(file) {
  if (existsSync(`${file}.map`)) return;
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

function isFresh() {
  let oldest = Infinity;
  for (const file of [...outputs, viewerPage]) oldest = Math.min(oldest, time(file));
  return INPUTS.every((input) => newest(join(root, input)) < oldest);
}

/** Time of the last change below a path. Folders count: a removed file changes only its folder. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || /\.test(-d)?\.tsx?$/.test(path)) return 0;
  let result = stat.mtimeMs;
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) result = Math.max(result, newest(join(path, name)));
  }
  return result;
}

function time(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
