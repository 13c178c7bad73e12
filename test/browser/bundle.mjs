// Bundles for browsers, made by rolldown as an application would make them, in memory.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const VIRTUAL = join(root, "bundle-entry.mjs"); // below the root, so that `zarrkit` is this package

/**
 * Bundles a module, given by its path or its text; `entry` is what its file is called.
 *
 * The chunks that load with the entry are `initial`; the others load when something needs them.
 *
 * @throws Error when an import does not resolve to a file that a browser can load, such as `node:fs`.
 */
export async function bundle({ file, text, entry = "entry.js" }) {
  const problems = [];
  const build = await rolldown({
    input: file ?? VIRTUAL,
    cwd: root,
    platform: "browser",
    plugins: text === undefined ? [] : [virtualEntry(text)],
    onLog(level, log) {
      // Two chunks of the library that refer to each other are its own business, and cost nothing.
      if (level === "warn" && log.code !== "INEFFECTIVE_DYNAMIC_IMPORT" && log.code !== "CIRCULAR_DEPENDENCY")
        problems.push(log.message);
    },
  });
  const { output } = await build.generate({ format: "esm", minify: true, entryFileNames: entry });
  await build.close();
  const chunks = new Map();
  for (const item of output) if (item.type === "chunk") chunks.set(item.fileName, item);
  for (const chunk of chunks.values())
    for (const name of [...chunk.imports, ...chunk.dynamicImports])
      if (!chunks.has(name)) problems.push(`${chunk.fileName} imports ${JSON.stringify(name)}`);
  if (problems.length > 0) throw new Error(`the bundle is not for browsers:\n${problems.join("\n")}`);
  return { chunks, initial: reach(entry, chunks) };
}

/** A module that is text and no file. */
function virtualEntry(text) {
  return {
    name: "virtual-entry",
    resolveId: (id) => (id === VIRTUAL ? VIRTUAL : undefined),
    load: (id) => (id === VIRTUAL ? text : undefined),
  };
}

/** The chunks that load before the entry runs. */
function reach(entry, chunks) {
  const reached = new Set([entry]);
  for (const name of reached) for (const next of chunks.get(name).imports) reached.add(next);
  return reached;
}
