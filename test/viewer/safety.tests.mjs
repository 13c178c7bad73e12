// What the page may do, and whom it asks.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { equal, ok, test, viewerFolder } from "./harness.mjs";

const PAGE = {
  accept: "text/html,application/xhtml+xml",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};

test("the policy of the page allows no script of its own in it, and none from elsewhere", async ({
  viewer,
  page,
  server,
}) => {
  const response = await fetch(server.url, { headers: PAGE });
  const policy = response.headers.get("content-security-policy");
  ok(
    /script-src 'self' 'wasm-unsafe-eval';/.test(policy) && !/unsafe-inline|unsafe-eval'? /.test(policy),
    policy,
  );
  const html = await response.text();
  equal([...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>/g)].length, 0, "scripts in the page");
  equal([...html.matchAll(/\son\w+=|style=/g)].length, 0, "handlers and styles in the page");
  await viewer.open(server.url, { path: "climate/temperature" });
  await viewer.idle();
  const isRun = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.inline = true";
    document.head.append(script);
    return window.inline === true;
  });
  ok(!isRun, "a script in the page was run");
  equal(
    viewer.problems.splice(0).filter((text) => !/Content Security Policy|Content-Security-Policy/.test(text)),
    [],
    "other problems",
  );
});

test("the page asks nobody but its own server", async ({ viewer, page, server }) => {
  for (const [path, tab] of [
    ["", "metadata"],
    ["climate/temperature", "image"],
    ["cells", "image"],
    ["small/line", "plot"],
    ["cells/0", "chunks"],
  ]) {
    await viewer.open(server.url, { path, tab });
    await page.waitForTimeout(600);
  }
  const elsewhere = viewer.urls.filter(
    (url) => !url.startsWith(server.url) && !/^(?:about|blob|data):/.test(url),
  );
  equal(elsewhere, [], "requests to others");
});

test("the page is at the root alone; programs that list find the links in it", async ({ server }) => {
  const plain = await fetch(server.url, { headers: { accept: "text/html" } });
  const html = await plain.text();
  ok(html.includes("main-") && html.includes('<a href="./climate/">'), "the page with links");
  const listed = await (await fetch(server.url, { headers: { accept: "*/*" } })).text();
  ok(!listed.includes("__zarrkit__") && listed.includes('<a href="./climate/">'), "a listing for programs");
  const script = await fetch(server.url, { headers: { accept: "text/html", "sec-fetch-dest": "empty" } });
  ok(!(await script.text()).includes("__zarrkit__"), "a listing for scripts of pages");
  equal(
    (await fetch(`${server.url}/zarr.json`, { headers: PAGE })).headers.get("content-type"),
    "application/json",
    "keys",
  );
  equal((await fetch(`${server.url}/__zarrkit__/../../package.json`)).status, 404, "files outside");
  equal((await fetch(`${server.url}/__zarrkit__/none.js`)).status, 404, "files that are not there");
});

test("the page is small", async () => {
  const html = readFileSync(join(viewerFolder, "index.html"), "utf8");
  const initial = [...html.matchAll(/\.\/assets\/([\w.-]+)/g)].map(([, name]) => name);
  const bytes = initial.map((name) => gzipSync(readFileSync(join(viewerFolder, "assets", name))).length);
  const total = bytes.reduce((sum, size) => sum + size, 0);
  console.log(`   ${initial.length} files at once, ${total} bytes compressed`);
  ok(total < 280_000, `it loads ${total} bytes at once`);
});
