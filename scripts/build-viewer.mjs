// Bundles viewer/ into a folder of its own: index.html and assets, which any static host can serve.
//
//   import { buildViewer } from "./build-viewer.mjs";
//   const sizes = await buildViewer("dist/viewer"); // bytes, and bytes when compressed
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const viewer = join(root, "viewer");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** In this order: what comes later wins. */
const STYLES = ["theme", "page", "top", "tree", "node", "stage", "views", "narrow"];

/** Builds, and tells how large it is: `{ name: { bytes, gzipped } }`. */
export async function buildViewer(target) {
  const assets = join(target, "assets");
  mkdirSync(assets, { recursive: true });
  // The names have a hash of the contents, so that caches can keep them for good.
  const worker = await bundle("worker", join(viewer, "worker", "worker.ts"), {});
  const main = await bundle("main", join(viewer, "main.tsx"), {
    ZARRKIT_WORKER: JSON.stringify(`./${worker.entry}`),
  });
  const style = Buffer.from(
    [
      join(root, "node_modules", "uplot", "dist", "uPlot.min.css"),
      ...STYLES.map((name) => join(viewer, "styles", `${name}.css`)),
    ]
      .map((file) => readFileSync(file, "utf8"))
      .join("\n"),
  );
  const styleName = `main-${createHash("sha256").update(style).digest("hex").slice(0, 8)}.css`;
  const sizes = {};
  const write = (name, content) => {
    writeFileSync(join(assets, name), content);
    sizes[name] = { bytes: content.length, gzipped: gzipSync(content, { level: 9 }).length };
  };
  for (const [name, code] of [...worker.files, ...main.files]) write(name, Buffer.from(code));
  write(styleName, style);
  cpSync(join(viewer, "icon.svg"), join(assets, "icon.svg"));
  const html = readFileSync(join(viewer, "index.html"), "utf8")
    .replace("./assets/main.css", `./assets/${styleName}`)
    .replace("./assets/main.js", `./assets/${main.entry}`)
    .replace(/( *)<link rel="modulepreload" href=".\/assets\/worker.js" \/>/, (_, space) =>
      [worker.entry, ...worker.imports]
        .map((file) => `${space}<link rel="modulepreload" href="./assets/${file}" />`)
        .join("\n"),
    );
  writeFileSync(join(target, "index.html"), html);
  return sizes;
}

// What nearly every array on the web needs: in one piece with the worker, because each step of loading costs a round
// trip. What few arrays need loads when one does.
const COMMON =
  /\/(?:viewer\/worker\/.*|src\/storage\/fsspec-store|src\/codecs\/(?:zstd|zstd-stream|blosc|gzip|bytes|crc32c|transpose|sharding\/sharding)|src\/kernels\/(?:zstd-decode|wasm-blosc|shuffle|blosc-decode))\.ts$/;

async function bundle(name, input, define) {
  const problems = [];
  const build = await rolldown({
    input: { [name]: input },
    cwd: root,
    platform: "browser",
    // The page uses what a user of the package can use, and no more.
    resolve: { alias: entries() },
    transform: { define },
    onLog(level, log) {
      if (level === "warn" && log.code !== "INEFFECTIVE_DYNAMIC_IMPORT" && log.code !== "CIRCULAR_DEPENDENCY")
        problems.push(log.message);
    },
  });
  const { output } = await build.generate({
    format: "esm",
    minify: true,
    entryFileNames: "[name]-[hash].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: name === "worker" ? { groups: [{ name: "worker-common", test: COMMON }] } : true,
  });
  await build.close();
  if (problems.length > 0) throw new Error(`the viewer does not bundle:\n${problems.join("\n")}`);
  const files = output.flatMap((item) => (item.type === "chunk" ? [[item.fileName, item.code]] : []));
  const entry = output.find((item) => item.type === "chunk" && item.isEntry);
  return { entry: entry.fileName, imports: entry.imports, files };
}

/** The public entries, from their sources: the most particular name first. */
function entries() {
  const alias = {};
  for (const [entry, target] of Object.entries(manifest.exports).reverse())
    if (typeof target === "object")
      alias[`${entry.replace(/^\./, manifest.name)}`] = join(
        root,
        target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts"),
      );
  return alias;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  const sizes = await buildViewer(process.argv[2] ?? join(root, "dist", "viewer"));
  let total = 0;
  for (const [name, { bytes, gzipped }] of Object.entries(sizes)) {
    total += gzipped;
    console.log(`${String(bytes).padStart(8)} ${String(gzipped).padStart(7)} ${name}`);
  }
  console.log(`${total} bytes compressed, in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
