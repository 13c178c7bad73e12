// `npm run check`: types, lint, layers, format. Runs all of them, prints a line each, fails if one fails.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folders = ["src", "viewer", "test", "scripts", "bench", "examples"].filter((name) =>
  existsSync(join(root, name)),
);
const bin = (...parts) => [join(root, "node_modules", ...parts)];

// oxlint's exit code counts errors: the category `correctness` and the rules that .oxlintrc.json raises to one.
const STEPS = [
  ["types", [...bin("typescript", "bin", "tsc"), "-p", "."]],
  ["viewer", [...bin("typescript", "bin", "tsc"), "-p", "viewer"]],
  ["lint", [...bin("oxlint", "bin", "oxlint"), "--quiet", ...folders]],
  ["layers", [join(root, "scripts", "check-layers.mjs")]],
  ["parity", [join(root, "scripts", "check-parity.mjs")]],
  ["kernels", [join(root, "scripts", "build-kernels.mjs"), "--check"]],
  ["format", [...bin("oxfmt", "bin", "oxfmt"), "--check", "."]],
];

let failed = 0;
for (const [name, args] of STEPS) {
  const start = performance.now();
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const ok = result.status === 0;
  console.log(`${name.padEnd(7)} ${ok ? "ok" : "FAILED"} ${seconds} s`);
  if (ok) continue;
  failed++;
  console.log(`${result.stdout}${result.stderr}`.trimEnd());
}
process.exitCode = failed === 0 ? 0 : 1;
