// Virtual environments with the other implementations of Zarr: made on first use, pinned, kept in .cache/python.
//
//   import { pythonEnv } from "./python-env.mjs";
//   const { zp3, zp2 } = pythonEnv();   // each { python, versions } or { reason }: one line that says why not
//
// `node scripts/python-env.mjs` makes them and prints what is there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, ".cache", "python");

/** The environments: the versions are pinned so that the data they write is the same everywhere. */
const ENVIRONMENTS = {
  // zarr-python 3, tensorstore, the zarrs codec pipeline, what zarr-python needs for `cast_value` and for URLs, and xarray.
  zp3: {
    pythons: ["3.12", "3.13"],
    packages: [
      ...["zarr==3.4.2", "numcodecs==0.17.1", "tensorstore==0.1.86", "zarrs==0.2.3", "numpy==2.5.5"],
      ...[
        "cast-value-rs==0.5.1",
        "fsspec==2026.9.0",
        "aiohttp==3.14.5",
        "s3fs==2026.9.0",
        "xarray==2026.9.0",
      ],
    ],
    imports: "zarr numcodecs tensorstore zarrs numpy cast_value_rs fsspec aiohttp s3fs xarray",
  },
  // zarr-python 2 needs the older NumPy and numcodecs.
  zp2: {
    pythons: ["3.12", "3.11"],
    packages: ["zarr==2.18.7", "numcodecs==0.15.1", "numpy==1.26.4", "msgpack==1.2.4"],
    imports: "zarr numcodecs numpy",
  },
  // The specification of OME-Zarr as models that check documents.
  ome: {
    pythons: ["3.12", "3.13"],
    packages: ["ome-zarr-models==1.8.1", "zarr==3.4.2", "numpy==2.5.5"],
    imports: "ome_zarr_models zarr numpy",
  },
};

/** Both environments, made if need be. A name maps to `{ python, versions }` or to `{ reason }`. */
export function pythonEnv() {
  return { zp3: environment("zp3"), zp2: environment("zp2") };
}

/** The environment that checks OME-Zarr, made if need be. */
export function omeEnv() {
  return environment("ome");
}

function environment(name) {
  const spec = ENVIRONMENTS[name];
  const wanted = JSON.stringify(spec);
  const folder = join(cache, name);
  const python = join(
    folder,
    ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
  );
  const stamp = join(folder, "zarrkit.json");
  if (existsSync(stamp)) {
    const made = JSON.parse(readFileSync(stamp, "utf8"));
    // A moved checkout leaves an interpreter that no longer starts.
    if (made.wanted === wanted && runs(python)) return { python, versions: made.versions };
  }
  const base = findPython(spec.pythons);
  if (base === undefined)
    return { reason: `no Python ${spec.pythons.join(" or ")} (on PATH or below pyenv)` };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const venv = spawnSync(base, ["-m", "venv", folder], { encoding: "utf8" });
  if (venv.status !== 0) return { reason: `python -m venv failed: ${lastLine(venv)}` };
  const install = spawnSync(
    python,
    [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--only-binary",
      ":all:",
      ...spec.packages,
    ],
    { encoding: "utf8", timeout: 600_000 },
  );
  if (install.status !== 0)
    return { reason: `pip could not install ${spec.packages.join(" ")}: ${lastLine(install)}` };
  const versions = spawnSync(python, ["-c", VERSIONS, ...spec.imports.split(" ")], { encoding: "utf8" });
  if (versions.status !== 0) return { reason: `the installed packages do not import: ${lastLine(versions)}` };
  // Written last and renamed: an environment that was only half made is made again.
  writeFileSync(`${stamp}.part`, JSON.stringify({ wanted, versions: JSON.parse(versions.stdout) }));
  renameSync(`${stamp}.part`, stamp);
  return { python, versions: JSON.parse(versions.stdout) };
}

const VERSIONS = `
import importlib, json, platform, sys
from importlib.metadata import version
for name in sys.argv[1:]: importlib.import_module(name)
print(json.dumps({"python": platform.python_version(), **{name: version(name.replace("_", "-")) for name in sys.argv[1:]}}))
`;

/** The first interpreter of one of these versions that starts; a shim that refuses does not count. */
function findPython(versions) {
  for (const version of versions) if (runs(`python${version}`)) return `python${version}`;
  const pyenv = spawnSync("pyenv", ["root"], { encoding: "utf8" });
  if (pyenv.status !== 0) return undefined;
  for (const version of versions) {
    const prefix = spawnSync("pyenv", ["latest", version], { encoding: "utf8" });
    if (prefix.status !== 0) continue;
    const python = join(pyenv.stdout.trim(), "versions", prefix.stdout.trim(), "bin", "python");
    if (runs(python)) return python;
  }
  return undefined;
}

function runs(python) {
  return spawnSync(python, ["-c", "import venv, ensurepip"], { stdio: "ignore" }).status === 0;
}

function lastLine(result) {
  const text = `${result.error?.message ?? ""}\n${result.stderr ?? ""}`.trim();
  return (text.split("\n").findLast((line) => line.trim() !== "") ?? "no message").trim().slice(0, 200);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const environments = { ...pythonEnv(), ome: omeEnv() };
  for (const [name, found] of Object.entries(environments)) {
    console.log(
      `${name}: ${
        found.reason ??
        Object.entries(found.versions)
          .map((pair) => pair.join(" "))
          .join(", ")
      }`,
    );
  }
  process.exitCode = Object.values(environments).every((found) => found.python !== undefined) ? 0 : 1;
}
