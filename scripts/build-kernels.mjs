// Compiles assembly/ to WebAssembly and writes it, as text, to src/kernels/wasm-binary.ts; `--check` only compares.
// The module is some 32 KB, so that carrying it as text costs less than fetching it would.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src", "kernels", "wasm-binary.ts");
const folder = mkdtempSync(join(tmpdir(), "zarrkit-kernels-"));
try {
  const file = join(folder, "kernels.wasm");
  const { error, stderr } = await asc.main([
    join(root, "assembly", "kernels.ts"),
    ...[
      "-O3",
      "--converge",
      "--noAssert",
      "--runtime",
      "stub",
      "--enable",
      "simd,threads",
      "--importMemory",
      "--noExportMemory",
      // The module imports a shared memory; `memory.ts` makes it import one that is not shared.
      "--sharedMemory",
      "--maximumMemory",
      "65536",
    ],
    ...["-o", file],
  ]);
  if (error) {
    console.error(String(stderr));
    process.exit(1);
  }
  const wasm = readFileSync(file);
  const text = `/** assembly/ compiled by scripts/build-kernels.mjs, base64: ${wasm.length} bytes of WebAssembly. */
export const WASM_BASE64: string =
  "${wasm.toString("base64")}";
`;
  const current = readFileSync(target, { encoding: "utf8", flag: "a+" });
  if (current === text) console.log(`kernels: ${wasm.length} bytes, up to date`);
  else if (process.argv.includes("--check")) {
    console.error(
      "kernels: src/kernels/wasm-binary.ts is not what assembly/ compiles to; run npm run kernels",
    );
    process.exit(1);
  } else {
    writeFileSync(target, text);
    console.log(`kernels: ${wasm.length} bytes written`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
