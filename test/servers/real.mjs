// @ts-check
/**
 * Real servers for tests: SeaweedFS (S3), fake-gcs-server, Azurite and nginx, on loopback, on
 * free ports, without telemetry. Each `start…` gives a running server or the reason why there
 * is none, which it also prints as a line that begins with SKIPPED. A server ends with the
 * process that started it, even if that is killed.
 *
 *   node test/servers/real.mjs     installs all of them, starts and stops each
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  installAzurite,
  installFakeGcs,
  installNginx,
  installSeaweed,
  installVersitygw,
} from "./install.mjs";

const HOST = "127.0.0.1";
const START_MS = 40_000;
const ATTEMPTS = 3;

/** @returns {Promise<import("./real.d.mts").SeaweedServer | import("./real.d.mts").NoServer>} */
export function startSeaweed() {
  return orReason("SeaweedFS", async () => {
    const weed = await installSeaweed();
    const key = "zarrkit";
    const secret = randomBytes(16).toString("hex");
    const server = await launch("SeaweedFS", 8, async (folder, ports) => {
      const identity = {
        name: "tests",
        credentials: [{ accessKey: key, secretKey: secret }],
        actions: ["Admin", "Read", "Write", "List", "Tagging"],
      };
      await writeFile(join(folder, "s3.json"), JSON.stringify({ identities: [identity] }));
      const [master, volume, filer, s3, ...grpc] = ports;
      // It makes these whatever it is told, and leaves them.
      const sockets = ["master", "volume", "filer", "s3"].map(
        (part, index) => `/tmp/seaweedfs-${part}-grpc-${grpc[index]}.sock`,
      );
      return {
        url: `http://${HOST}:${s3}`,
        environment: { GUARD_REMOVES: sockets.join(",") },
        // The gateway listens before there is a volume to write to, or a filer to ask.
        probes: [
          `http://${HOST}:${master}/dir/assign`,
          `http://${HOST}:${filer}/`,
          `http://${HOST}:${s3}/status`,
        ],
        ready: (/** @type {string} */ text) => !/no (free|writable) volume/i.test(text),
        command: [
          weed,
          "server",
          `-ip=${HOST}`,
          `-ip.bind=${HOST}`,
          `-dir=${folder}`,
          `-master.port=${master}`,
          `-master.port.grpc=${grpc[0]}`,
          "-master.telemetry=false",
          "-master.volumeSizeLimitMB=64",
          `-volume.port=${volume}`,
          `-volume.port.grpc=${grpc[1]}`,
          "-volume.max=0",
          "-volume.preStopSeconds=0",
          `-filer.port=${filer}`,
          `-filer.port.grpc=${grpc[2]}`,
          "-s3",
          `-s3.port=${s3}`,
          `-s3.port.grpc=${grpc[3]}`,
          "-s3.port.iceberg=0",
          "-s3.port.lance=0",
          `-s3.localSocket=${join(folder, "s3.sock")}`,
          `-filer.localSocket=${join(folder, "filer.sock")}`,
          "-s3.config=s3.json",
        ],
      };
    });
    return { ...server, key, secret };
  });
}

/**
 * @param {string} bucket
 * @returns {Promise<import("./real.d.mts").VersitygwServer | import("./real.d.mts").NoServer>}
 */
export function startVersitygw(bucket) {
  return orReason("versitygw", async () => {
    const binary = await installVersitygw();
    const key = "zarrkit";
    const secret = randomBytes(16).toString("hex");
    const region = "test-region-1";
    const server = await launch("versitygw", 1, async (folder, [port]) => {
      const data = join(folder, "data");
      await mkdir(join(data, bucket), { recursive: true });
      return {
        url: `http://${HOST}:${port}`,
        probes: [`http://${HOST}:${port}/`],
        environment: { ROOT_ACCESS_KEY: key, ROOT_SECRET_KEY: secret },
        command: [
          binary,
          "--region",
          region,
          "--port",
          `${HOST}:${port}`,
          "--keep-alive",
          "--quiet",
          "posix",
          data,
        ],
      };
    });
    return { ...server, key, secret, region };
  });
}

/** @returns {Promise<import("./real.d.mts").RealServer | import("./real.d.mts").NoServer>} */
export function startFakeGcs() {
  return orReason("fake-gcs-server", async () => {
    const binary = await installFakeGcs();
    return launch("fake-gcs-server", 1, async (_, [port]) => ({
      url: `http://${HOST}:${port}`,
      probes: [`http://${HOST}:${port}/storage/v1/b`],
      command: [
        binary,
        "-scheme=http",
        `-host=${HOST}`,
        `-port=${port}`,
        "-backend=memory",
        `-public-host=${HOST}:${port}`,
        "-log-level=error",
      ],
    }));
  });
}

/** @returns {Promise<import("./real.d.mts").AzuriteServer | import("./real.d.mts").NoServer>} */
export function startAzurite() {
  return orReason("Azurite", async () => {
    const script = await installAzurite();
    const account = "zarrkit";
    const accountKey = randomBytes(64).toString("base64");
    const server = await launch("Azurite", 1, async (folder, [port]) => ({
      url: `http://${HOST}:${port}/${account}`,
      probes: [`http://${HOST}:${port}/`],
      environment: { AZURITE_ACCOUNTS: `${account}:${accountKey}` },
      command: [
        process.execPath,
        script,
        `--blobHost=${HOST}`,
        `--blobPort=${port}`,
        "--inMemoryPersistence",
        "--skipApiVersionCheck",
        "--silent",
        "--disableTelemetry",
      ],
    }));
    return { ...server, account, accountKey };
  });
}

/** @returns {Promise<import("./real.d.mts").NginxServer | import("./real.d.mts").NoServer>} */
export function startNginx() {
  return orReason("nginx", async () => {
    const binary = await installNginx();
    /** @type {number[]} */
    let used = [];
    let root = "";
    const server = await launch("nginx", 3, async (folder, ports) => {
      used = ports;
      root = join(folder, "files");
      await mkdir(root);
      await writeFile(join(folder, "nginx.conf"), nginxConfiguration(root, ports));
      const url = `http://${HOST}:${ports[0]}`;
      return {
        url,
        probes: [`${url}/`],
        command: [binary, "-p", folder, "-c", "nginx.conf", "-e", "stderr"],
      };
    });
    const [, gzip, rangeless] = used;
    return {
      ...server,
      root,
      gzipUrl: `http://${HOST}:${gzip}`,
      rangelessUrl: `http://${HOST}:${rangeless}`,
    };
  });
}

/** @param {string} root @param {number[]} ports */
function nginxConfiguration(root, ports) {
  const kinds = ["", "gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;", "max_ranges 0;"];
  const servers = kinds.map(
    (kind, index) => `server { listen ${HOST}:${ports[index]}; root "${root}"; autoindex on; ${kind} }`,
  );
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path tmp;`,
  );
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `daemon off; pid nginx.pid; worker_processes 1; error_log stderr error; ${user}
events { worker_connections 256; }
http { access_log off; default_type application/octet-stream; ${temporary.join(" ")}
${servers.join("\n")}
}
`;
}

/**
 * @typedef {object} Launch
 * @property {string} url
 * @property {string[]} probes URLs that answer once the server works.
 * @property {(text: string) => boolean} [ready] Whether such an answer says that it does.
 * @property {string[]} command
 * @property {Record<string, string>} [environment]
 */

/**
 * Starts a server on free ports; another process may take one first, so it is tried again.
 *
 * @param {string} name
 * @param {number} portCount
 * @param {(folder: string, ports: number[]) => Promise<Launch>} plan
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
async function launch(name, portCount, plan) {
  let last = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const folder = await mkdtemp(join(tmpdir(), `zarrkit-${name.toLowerCase()}-`));
    const { url, probes, ready, command, environment } = await plan(folder, await freePorts(portCount));
    const guard = fileURLToPath(new URL("guard.mjs", import.meta.url));
    const child = spawn(process.execPath, [guard, folder, ...command], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => (output = (output + String(data)).slice(-4000)));
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.stdin.on("error", () => {}); // it has ended already
    let over = false;
    void ended.then(() => (over = true));
    // Neither the guard nor its pipes keep this process alive; when it ends, they close.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr])
      /** @type {import("node:net").Socket} */ (stream).unref();
    const deadline = Date.now() + START_MS;
    let works = true;
    for (const probe of probes) works &&= await answers(probe, deadline, () => over, ready);
    if (works)
      return {
        url,
        stop: async () => {
          child.ref();
          child.stdin.end();
          await ended;
        },
      };
    child.ref();
    child.stdin.end();
    await ended;
    last = output.trim().split("\n").at(-1) ?? "";
  }
  throw new Error(`it does not start: ${last}`);
}

/**
 * Waits until a URL answers; false when it does not in time, or when the server is gone.
 *
 * @param {string} url
 * @param {number} deadline
 * @param {() => boolean} [over]
 * @param {(text: string) => boolean} [ready]
 */
async function answers(url, deadline, over = () => false, ready = () => true) {
  while (Date.now() < deadline && !over()) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (ready(await response.text())) return true;
    } catch {
      // not yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, HOST, () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} start
 * @returns {Promise<T | import("./real.d.mts").NoServer>}
 */
async function orReason(name, start) {
  try {
    return await start();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const reason = `${name}: ${text.trim().split("\n").at(-1)}`;
    console.log(`SKIPPED ${reason}`);
    return { reason };
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const start of [startSeaweed, startFakeGcs, startAzurite, startNginx]) {
    const began = performance.now();
    const server = await start();
    if ("reason" in server) continue;
    console.log(`${start.name}: ${server.url} after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await server.stop();
  }
}
