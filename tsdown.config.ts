import { existsSync, readFileSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

const manifest: { exports: Record<string, string | { default: string }> } = JSON.parse(
  readFileSync(new URL("./package.json", import.meta.url), "utf8"),
);

// The exports map is the list of entries: `./dist/x.js` comes from `src/x.ts`.
const entry: Record<string, string> = {};
for (const target of Object.values(manifest.exports)) {
  if (typeof target === "string") continue;
  const name = target.default.replace(/^\.\/dist\//, "").replace(/\.js$/, "");
  entry[name] = `src/${name}.ts`;
}
entry["worker"] = "src/worker.ts";
if (existsSync(new URL("./src/cli/main.ts", import.meta.url))) entry["cli/main"] = "src/cli/main.ts";

const config: UserConfig = defineConfig({
  entry,
  // scripts/build.mjs builds beside dist and renames, so that nobody sees half a build.
  outDir: process.env["ZARRKIT_OUT_DIR"] ?? "dist",
  format: "esm",
  platform: "neutral",
  target: "es2022",
  fixedExtension: false,
  dts: { sourcemap: false },
  sourcemap: true,
  minify: false,
  // Nothing of node_modules is bundled. What is imported lazily becomes a chunk of its own.
  deps: { skipNodeModulesBundle: true, neverBundle: [/^node:/] },
  logLevel: "warn",
});
export default config;
