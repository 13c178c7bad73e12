// The built package under other runtimes: node test/runtimes/run.mjs [name…]
// Installs them from npm below .cache/runtimes; one that cannot be had is skipped in a line. Ends with the line `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const cache = join(root, ".cache", "runtimes");
const platform = `${process.platform}-${process.arch}`;

const RUNTIMES = [
  { name: "node-20", install: [`node-${platform}@20`], command: (at) => [nodeIn(at)] },
  { name: "node-22", install: [`node-${platform}@22`], command: (at) => [nodeIn(at)] },
  { name: "node-24", install: [`node-${platform}@24`], command: (at) => [nodeIn(at)] },
  { name: "node-26", install: [`node-${platform}@26`], command: (at) => [nodeIn(at)] },
  {
    name: "deno",
    // The package `deno` gets its program by a script, which npm may not run: the program's own package has it.
    install: [`@deno/${process.platform}-${process.arch === "x64" ? "x64" : "arm64"}${glibc()}`],
    command: (at) => [findProgram(at, "deno"), "run", "-A", "--no-lock", "--node-modules-dir=manual"],
  },
  {
    name: "bun",
    install: [`@oven/bun-${process.platform}-${process.arch === "x64" ? "x64" : "aarch64"}`],
    command: (at) => [findProgram(at, "bun"), "run"],
  },
];

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
let passed = 0;
let failed = 0;
let skipped = 0;

const built = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "inherit" });
if (built.status !== 0) process.exit(1);

for (const runtime of RUNTIMES) {
  if (wanted.length > 0 && !wanted.includes(runtime.name)) continue;
  const at = join(cache, runtime.name);
  const reason = install(runtime, at);
  if (reason !== undefined) {
    skipped++;
    console.log(`SKIPPED ${runtime.name}: ${reason}`);
    continue;
  }
  const [program, ...args] = runtime.command(at);
  const version = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout?.split("\n")[0] ?? "?";
  const { status, stdout, stderr, error } = spawnSync(program, [...args, join(at, "program.mjs")], {
    cwd: at,
    encoding: "utf8",
    timeout: 180_000,
  });
  if (status === 0) {
    const { checks, messages } = JSON.parse(stdout.trim().split("\n").pop());
    passed += checks;
    console.log(
      `${runtime.name} (${version}): ${checks} checks, ${messages ?? "unseen"} messages to threads`,
    );
  } else {
    failed++;
    console.log(`FAILED ${runtime.name} (${version}): ${error?.message ?? stderr.trim().slice(-2000)}`);
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);

/** Makes a folder in which the runtime, the package and the program lie; a reason where that is not possible. */
function install(runtime, at) {
  const modules = join(at, "node_modules");
  const made = join(at, "installed.json");
  if (!existsSync(made)) {
    rmSync(at, { recursive: true, force: true });
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "package.json"), '{ "private": true, "type": "module" }\n');
    const npm = spawnSync(
      "npm",
      ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...runtime.install],
      {
        cwd: at,
        encoding: "utf8",
        timeout: 300_000,
      },
    );
    if (npm.status !== 0) return `npm could not install ${runtime.install.join(" ")}`;
    writeFileSync(made, JSON.stringify(runtime.install));
  }
  mkdirSync(modules, { recursive: true });
  const link = join(modules, "zarrkit");
  rmSync(link, { recursive: true, force: true });
  symlinkSync(root, link, "dir");
  copyFileSync(join(root, "test", "runtimes", "program.mjs"), join(at, "program.mjs"));
  const [program] = runtime.command(at);
  return existsSync(program) ? undefined : `there is no program in ${runtime.install.join(" ")}`;
}

function nodeIn(at) {
  return join(at, "node_modules", `node-${platform}`, "bin", "node");
}

function findProgram(at, name) {
  const found = spawnSync("find", [join(at, "node_modules"), "-name", name, "-type", "f", "-perm", "-u+x"], {
    encoding: "utf8",
  });
  return found.stdout?.split("\n").find((line) => line !== "") ?? join(at, name);
}

function glibc() {
  return process.platform === "linux" ? "-glibc" : "";
}
