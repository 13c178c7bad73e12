// The command as a process: exit codes, pipes, signals, files, and stores behind real servers.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGroup } from "../../src/array/create.ts";
import { ZipStore } from "../../src/storage/zip-store.ts";
import { startHttp } from "../servers/embedded-http.mjs";
import { startS3 } from "../servers/embedded-s3.mjs";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const isBuilt = existsSync(main);

interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

function zarrkit(...args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => (err += data));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
}

/** Keys and values below a folder. */
function filesOf(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, String(name));
    if (statSync(path).isFile()) files.set(relative(folder, path).split(sep).join("/"), readFileSync(path));
  }
  return files;
}

describe.skipIf(!isBuilt)(
  `zarrkit${isBuilt ? "" : " (skipped: dist/cli/main.js is not there; npm run build)"}`,
  () => {
    let folder = "";
    let data = "";
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "zarrkit-cli-"));
      data = join(folder, "data.zarr");
      const root = await createGroup(data, { attributes: { title: "test" } });
      const z = await root.createArray("z", { shape: [300, 400], chunks: [100, 100], dtype: "int32" });
      await z.set("...", {
        data: Int32Array.from({ length: 120_000 }, (_, i) => i),
        shape: [300, 400],
        stride: [400, 1],
      });
      const zip = new ZipStore(join(folder, "data.zip"), { mode: "w" });
      const zipped = await createGroup(zip);
      await zipped.createArray("a", { shape: [2], dtype: "float64", fillValue: 1.5 });
      await zip.close();
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test("starts as a script of Node's", () => {
      expect(readFileSync(main, "utf8").split("\n")[0]).toBe("#!/usr/bin/env node");
    });

    test("exits 0, 1 and 2", async () => {
      expect(await zarrkit("info", data)).toMatchObject({ code: 0, err: "" });
      const failed = await zarrkit("info", data, "nothing");
      expect(failed).toMatchObject({ code: 1, out: "" });
      expect(failed.err).toMatch(/^zarrkit: NodeNotFoundError: .*\n$/);
      const misused = await zarrkit("get", data, "z", "--format", "gif");
      expect(misused).toMatchObject({ code: 2, out: "" });
      expect(misused.err).toMatch(/^usage: zarrkit get /m);
      const { version } = JSON.parse(
        readFileSync(join(dirname(main), "..", "..", "package.json"), "utf8"),
      ) as {
        version: string;
      };
      expect((await zarrkit("--version")).out).toBe(`${version}\n`);
    });

    test("a store that is not there is not made", async () => {
      const nowhere = join(folder, "nowhere.zarr");
      for (const command of ["info", "tree", "ls", "get"])
        expect((await zarrkit(command, nowhere)).code).toBe(1);
      expect(existsSync(nowhere)).toBe(false);
    });

    test("reads folders, file: URLs and archives", async () => {
      expect((await zarrkit("tree", `file://${data}`)).out).toBe("/\n└── z (300, 400) int32\n");
      expect((await zarrkit("get", join(folder, "data.zip"), "a", "--json")).out).toBe("[1.5, 1.5]\n");
      expect((await zarrkit("get", data, "z", "--select", "-1, -2:")).out).toBe("398  119998\n399  119999\n");
    });

    test("writes files whole", async () => {
      const file = join(folder, "z.npy");
      expect(await zarrkit("get", data, "z", "--format", "npy", "--output", file)).toEqual({
        code: 0,
        signal: null,
        out: "",
        err: "",
      });
      const bytes = readFileSync(file);
      expect(bytes.length).toBe(128 + 480_000);
      expect(bytes.readInt32LE(bytes.length - 4)).toBe(119_999);
      const picture = join(folder, "z.png");
      expect((await zarrkit("get", data, "z", "-f", "png", "-o", picture, "--colormap", "magma")).code).toBe(
        0,
      );
      expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");
      expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
    });

    test("a pipe whose reader leaves is no failure", () => {
      const command = `set -o pipefail; "$1" "$2" get "$3" z --json | head -c 20`;
      const result = spawnSync("bash", ["-c", command, "bash", process.execPath, main, data], {
        encoding: "utf8",
      });
      expect(result).toMatchObject({ status: 0, stderr: "" });
      expect(result.stdout).toBe("[[0, 1, 2, 3, 4, 5, ");
    });

    test("Ctrl-C ends with 130 and leaves no file", async () => {
      const files = filesOf(data);
      const end = new AbortController();
      const held = new Promise((resolve) => end.signal.addEventListener("abort", resolve));
      const server = await startHttp({
        files: new Map([...files].map(([key, value]) => [`/${key}`, value])),
      });
      try {
        server.inject({ when: ({ key }) => key.includes("/c/"), times: 100, until: held });
        const file = join(folder, "never.npy");
        const child = spawn(
          process.execPath,
          [main, "get", server.url, "z", "--format", "npy", "--output", file],
          { stdio: ["ignore", "pipe", "pipe"] },
        );
        let err = "";
        child.stderr.on("data", (text) => (err += text));
        const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
          child.on("close", (code, signal) => resolve([code, signal]));
        });
        await expect
          .poll(() => server.requests.some(({ key }) => key.includes("/c/")), { timeout: 20_000 })
          .toBe(true);
        child.kill("SIGINT");
        expect(await ended).toEqual([130, null]);
        expect(err).toBe("");
        expect(readdirSync(folder).filter((name) => name.includes("never"))).toEqual([]);
      } finally {
        end.abort();
        await server.close();
      }
    });

    test("reads over HTTP", async () => {
      const server = await startHttp({
        files: new Map([...filesOf(data)].map(([key, value]) => [`/${key}`, value])),
      });
      try {
        const info = await zarrkit("info", server.url, "z", "--json");
        expect(info).toMatchObject({ code: 0, err: "" });
        expect(JSON.parse(info.out)).toMatchObject({ storeType: "FsspecStore", shape: [300, 400] });
        const missing = await zarrkit("info", server.url, "nothing");
        expect(missing).toMatchObject({ code: 1 });
        expect((await zarrkit("get", server.url, "z", "--select", "0, :3", "--json")).out).toBe(
          "[0, 1, 2]\n",
        );
      } finally {
        await server.close();
      }
    });

    test("reads from S3, anonymously and with keys", async () => {
      const objects = new Map([...filesOf(data)].map(([key, value]) => [`data.zarr/${key}`, value]));
      const server = await startS3({
        buckets: { open: { public: true, objects }, closed: { objects } },
        credentials: { AKIDEXAMPLE: "wJalrXUtnFEMI" },
      });
      try {
        const endpoint = ["--storage-option", `client_kwargs={"endpoint_url":"${server.url}"}`];
        const anonymous = [...endpoint, "--storage-option", "anon=true"];
        expect((await zarrkit("tree", "s3://open/data.zarr", ...anonymous)).out).toContain(
          "z (300, 400) int32",
        );
        expect(
          (await zarrkit("ls", "s3://open/data.zarr", "z", "--keys", ...anonymous)).out.split("\n"),
        ).toHaveLength(14);
        const keys = ["--storage-option", "key=AKIDEXAMPLE", "--storage-option", "secret=wJalrXUtnFEMI"];
        const read = await zarrkit(
          "get",
          "s3://closed/data.zarr",
          "z",
          "--select",
          "299, -1",
          ...endpoint,
          ...keys,
        );
        expect(read).toMatchObject({ code: 0, out: "119999\n" });
        const refused = await zarrkit("info", "s3://closed/data.zarr", "z", ...anonymous);
        expect(refused).toMatchObject({ code: 1, out: "" });
        expect(refused.err).toMatch(/^zarrkit: /);
      } finally {
        await server.close();
      }
    });
  },
);
