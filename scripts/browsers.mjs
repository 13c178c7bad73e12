// Finds browsers, installs them where that is possible, and starts them on a page, without a driver: the page
// itself reports what it finds.
//
//   import { browsers, startBrowser } from "./browsers.mjs";
//   for (const browser of browsers()) if (browser.command) { const { stop } = await startBrowser(browser, url); … }
//
// `node scripts/browsers.mjs` says what is there; `--install` installs Debian's packages first, as root with apt.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The engines. `webkit` has neither an origin-private file system nor shared memory: there the fallbacks are needed. */
const ENGINES = {
  chromium: {
    packages: ["chromium"],
    find: () => onPath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
  },
  firefox: { packages: ["firefox-esr"], find: () => onPath("firefox-esr", "firefox") },
  webkit: {
    packages: ["webkit2gtk-driver", "xvfb"],
    find: () => (onPath("Xvfb") === undefined ? undefined : miniBrowser()),
  },
};
/** A browser that nobody stops ends by itself after this long, even when the process that started it was killed. */
const LIFETIME_SECONDS = 900;
const APT_MINUTES = 6;

/** What runs, to be ended with this process. */
const running = new Set();
process.once("exit", () => {
  for (const stop of running) stop();
});

/** Every engine: `{ name, command }`, or `{ name, reason }` with one line that says why it cannot be had. */
export function browsers() {
  return Object.entries(ENGINES).map(([name, { find, packages }]) => {
    if (process.platform === "win32") return { name, reason: "browsers are started on Linux and macOS only" };
    const command = find();
    return command === undefined
      ? { name, reason: `not installed (Debian: apt-get install ${packages.join(" ")})` }
      : { name, command };
  });
}

/** Installs what is missing, where this is Debian and we are root. The result is that of `browsers()`. */
export function installBrowsers() {
  const missing = browsers().filter(({ command }) => command === undefined);
  if (missing.length === 0) return browsers();
  let reason;
  if (process.getuid?.() !== 0) reason = "installing needs root";
  else if (onPath("apt-get") === undefined) reason = "installing needs apt-get";
  else if (!apt("update")) reason = "apt-get update failed";
  const failed = new Map();
  for (const { name } of missing) {
    const { packages } = ENGINES[name];
    if (reason !== undefined) failed.set(name, reason);
    else if (!apt("install", "--yes", "--no-install-recommends", ...packages))
      failed.set(name, `apt-get install ${packages.join(" ")} failed`);
  }
  return browsers().map((browser) =>
    failed.has(browser.name) && browser.command === undefined
      ? { ...browser, reason: `${browser.reason}; ${failed.get(browser.name)}` }
      : browser,
  );
}

/**
 * Opens a page in a new browser with a profile of its own.
 *
 * `stop()` ends the browser and its children and removes the profile; so does the end of this process. `ended`
 * resolves, with the last lines that it printed, when the browser ends by itself.
 */
export async function startBrowser({ name, command }, url) {
  const profile = mkdtempSync(join(tmpdir(), `zarrkit-${name}-`));
  const stops = [];
  const stop = () => {
    running.delete(stop);
    for (const end of stops.splice(0).reverse()) end();
    removeProfile(profile);
  };
  running.add(stop);
  try {
    const started = await start[name](command, profile, url, stops);
    return { stop, ended: started.ended };
  } catch (error) {
    stop();
    throw error;
  }
}

const start = {
  chromium(command, profile, url, stops) {
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-background-timer-throttling",
      "--disable-dev-shm-usage",
      // Keeps the page open: without, headless Chromium may end once the page has loaded.
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
    ];
    return run(command, [...flags, url], {}, stops);
  },
  firefox(command, profile, url, stops) {
    writeFileSync(join(profile, "user.js"), FIREFOX_PREFERENCES);
    return run(command, ["--headless", "--no-remote", "--profile", profile, url], { HOME: profile }, stops);
  },
  async webkit(command, profile, url, stops) {
    const display = await startDisplay(stops);
    // The home of its own keeps caches and cookies apart; the accessibility bus is not there.
    const env = { DISPLAY: display, HOME: profile, XDG_CACHE_HOME: profile, XDG_DATA_HOME: profile };
    const rest = {
      XDG_CONFIG_HOME: profile,
      XDG_RUNTIME_DIR: profile,
      NO_AT_BRIDGE: "1",
      GDK_BACKEND: "x11",
    };
    return run(command, ["--private", url], { ...env, ...rest }, stops);
  },
};

/** Nothing that a new profile would ask the network, or the user. */
const FIREFOX_PREFERENCES = Object.entries({
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.safebrowsing.downloads.remote.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.search.update": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.topsites.contile.enabled": false,
  "datareporting.healthreport.uploadEnabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.max_script_run_time": 0,
  "dom.min_background_timeout_value": 4,
  "dom.timeout.enable_budget_timer_throttling": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.dns.disablePrefetch": true,
  "network.prefetch-next": false,
  "network.trr.mode": 5,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
  "toolkit.telemetry.unified": false,
  "trailhead.firstrun.didSeeAboutWelcome": true,
})
  .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  .join("");

/** A screen for a browser that has no headless mode; the server picks a free number and says it on descriptor 3. */
async function startDisplay(stops) {
  const child = spawn(
    ...limited(onPath("Xvfb"), ["-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]),
    { detached: true, stdio: ["ignore", "ignore", "ignore", "pipe"] },
  );
  stops.push(() => endGroup(child.pid));
  const pipe = child.stdio[3];
  const number = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("Xvfb did not start within 30 s")), 30_000);
    pipe.once("data", (text) => {
      clearTimeout(timer);
      resolve(String(text).trim());
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`Xvfb ended with code ${code}`)));
  });
  pipe.unref();
  child.unref();
  return `:${number}`;
}

/** Starts a program in a process group of its own, so that its children end with it. */
function run(command, args, env, stops) {
  const child = spawn(...limited(command, args), {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  stops.push(() => endGroup(child.pid));
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (printed = (printed + text).slice(-2000)));
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(String(error)));
    child.once("close", (code, signal) => resolve(`${signal ?? `exit code ${code}`}: ${printed.trim()}`));
  });
  return { ended };
}

/** A command that ends by itself, where the system has `timeout`. */
function limited(command, args) {
  const timeout = onPath("timeout");
  if (timeout === undefined) return [command, args];
  return [timeout, ["--kill-after=5", String(LIFETIME_SECONDS), command, ...args]];
}

function endGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended
  }
}

/** The browser's last writes may still be under way. */
function removeProfile(profile) {
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    console.error(`${profile} is left: ${error.message}`);
  }
}

function apt(...args) {
  const { status } = spawnSync("apt-get", args, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"],
    timeout: APT_MINUTES * 60_000,
  });
  return status === 0;
}

function onPath(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      const file = join(folder, name);
      if (folder !== "" && statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
    }
  }
  return undefined;
}

/** WebKitGTK's own small browser, beside its library. */
function miniBrowser() {
  for (const base of ["/usr/lib", "/usr/libexec"]) {
    if (!existsSync(base)) continue;
    for (const triple of ["", ...readdirSync(base).filter((name) => name.includes("-linux-"))]) {
      for (const version of ["webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0"]) {
        const file = join(base, triple, version, "MiniBrowser");
        if (existsSync(file)) return file;
      }
    }
  }
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = process.argv.includes("--install") ? installBrowsers() : browsers();
  for (const { name, command, reason } of found) console.log(`${name}: ${command ?? reason}`);
}
