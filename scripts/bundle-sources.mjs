// Bundles modules of src/ that are no public entries, for programs that run in plain Node: it runs no TypeScript.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Imports modules (name → path below src/, without the extension) as one namespace; each further name makes a copy of
 * it with state of its own.
 */
export async function importSources(modules, copies = [""], prepare = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "zarrkit-sources-"));
  try {
    const entry = join(folder, "entry.ts");
    const lines = Object.entries(modules).map(
      ([name, path]) => `export * as ${name} from ${JSON.stringify(join(root, "src", `${path}.ts`))};\n`,
    );
    writeFileSync(entry, lines.join(""));
    const output = join(folder, "sources.mjs");
    const bundle = await rolldown({ input: entry, platform: "node", logLevel: "silent" });
    await bundle.write({ file: output, format: "esm", codeSplitting: false });
    const loaded = [];
    for (const copy of copies) {
      const library = await import(`${pathToFileURL(output).href}?${copy}`);
      prepare(library, copy);
      loaded.push(library);
    }
    return loaded;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes sure that a copy has no kernels, so that the plain twins run. */
export function withoutKernels(library) {
  const { Module } = WebAssembly;
  WebAssembly.Module = class {
    constructor() {
      throw new Error("no WebAssembly here");
    }
  };
  library.memory.inputRoom(1);
  WebAssembly.Module = Module;
}
