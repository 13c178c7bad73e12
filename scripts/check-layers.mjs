// Holds the imports below src/ against layers.json: who may import whom, types included.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");
const layers = JSON.parse(readFileSync(join(root, "layers.json"), "utf8"));
const problems = [];
let files = 0;

for (const entry of readdirSync(src, { recursive: true })) {
  const name = String(entry);
  if (!name.endsWith(".ts") || name.endsWith(".test.ts") || name.endsWith(".test-d.ts")) continue;
  files++;
  const file = join(src, name);
  const from = folderOf(file);
  const text = readFileSync(file, "utf8");
  // The command and the Node listener are the only places that may import Node's modules.
  const mayImportNode = from === "cli" || name === join("server", "node.ts");
  for (const specifier of importsOf(text)) {
    if (specifier.startsWith("node:")) {
      if (!mayImportNode) problems.push(`${name}: imports ${specifier}; look it up with base/platform.ts`);
      continue;
    }
    if (!specifier.startsWith(".")) continue;
    const to = folderOf(resolve(dirname(file), specifier));
    if (from === "" || to === from) continue;
    if (to === "") problems.push(`${name}: imports the public entry ${specifier}`);
    else if (layers[from] === undefined) problems.push(`${name}: folder ${from} has no row in layers.json`);
    else if (!layers[from].includes(to))
      problems.push(`${name}: ${from} may not import ${to} (${specifier})`);
  }
}

// The viewer is built of what users of the package can import.
const viewer = join(root, "viewer");
const MAY_VIEW = /^(?:zarrkit(?:\/[a-z]+)?|preact(?:\/hooks)?|@preact\/signals|uplot)$/;
for (const entry of readdirSync(viewer, { recursive: true })) {
  const name = String(entry);
  if (!/\.tsx?$/.test(name) || name.endsWith(".test.ts")) continue;
  files++;
  const file = join(viewer, name);
  const text = readFileSync(file, "utf8");
  for (const [, specifier] of text.matchAll(/\b(?:from |import\(|import )"([^"]+)"\)?;?$/gm)) {
    const isOwn =
      specifier.startsWith(".") && !relative(viewer, resolve(dirname(file), specifier)).startsWith("..");
    if (!isOwn && !MAY_VIEW.test(specifier))
      problems.push(
        `viewer/${name}: imports ${specifier}; only public entries and its libraries are allowed`,
      );
  }
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`layers: ${files} files, no arrow up`);

/** Folder below src/, or "" for a public entry. */
function folderOf(file) {
  const parts = relative(src, file).split(sep);
  return parts.length === 1 ? "" : parts[0];
}

/** Specifiers of static imports and exports, and of dynamic imports of a literal; comments do not count. */
function importsOf(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = [];
  for (const match of code.matchAll(/^\s*(?:import|export)\b[^"';]*?["']([^"']+)["']/gms))
    found.push(match[1]);
  for (const match of code.matchAll(/(?<!typeof )\bimport\(\s*["']([^"']+)["']\s*\)/g)) found.push(match[1]);
  return found;
}
