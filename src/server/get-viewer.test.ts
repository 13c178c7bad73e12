import { describe, expect, test } from "vitest";
import { createGroup } from "../array/create.ts";
import { ask } from "./fixtures/asking.ts";
import type { Handler } from "./handler.ts";
import type { HandlerOptions } from "./handler-options.ts";
import { nodeHandler } from "./node-handler.ts";

const HTML = `<html><head><meta name="zarrkit-root" content="" /><link rel="stylesheet" href="./assets/main-0a1b2c3d.css" />
</head><body><script type="module" src="./assets/main-4e5f6a7b.js"></script><noscript><p>No.</p></noscript></body></html>`;
const FILES = new Map([
  ["index.html", HTML],
  ["assets/main-4e5f6a7b.js", "run();"],
  ["assets/icon.svg", "<svg/>"],
]);
const viewer = (name: string): Promise<Uint8Array | undefined> => {
  const text = FILES.get(name);
  return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
};
const BROWSER = { accept: "text/html,application/xhtml+xml", "sec-fetch-mode": "navigate" };

async function make(options: HandlerOptions = {}): Promise<Handler> {
  const root = await createGroup({});
  await root.createArray("z", { shape: [1], dtype: "int8" });
  return nodeHandler(root, { viewer, ...options });
}

describe("the viewer", () => {
  test("is what a browser sees at the root, and knows where it is", async () => {
    const response = await ask(await make(), "/", { headers: BROWSER });
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy")!;
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toContain("unsafe-inline");
    const html = await response.text();
    expect(html).toContain('src="./__zarrkit__/main-4e5f6a7b.js"');
    expect(html).toContain('name="zarrkit-root" content="./"');
    expect(html).not.toContain("<li>");
    const below = await ask(await make({ basePath: "/data" }), "/data", { headers: BROWSER });
    expect(await below.text()).toContain('content="./data/"');
  });

  test("leaves keys, listings and paths below as they are", async () => {
    const handler = await make();
    expect((await ask(handler, "/zarr.json", { headers: BROWSER })).headers.get("content-type")).toBe(
      "application/json",
    );
    const listing = await ask(handler, "/?list", { headers: BROWSER });
    expect(await listing.json()).toMatchObject({ entries: [{ name: "z" }, { name: "zarr.json" }] });
    const others: Record<string, string>[] = [
      {},
      { accept: "*/*" },
      { accept: "text/html", "sec-fetch-dest": "empty" },
    ];
    for (const headers of others)
      expect(await (await ask(handler, "/", { headers })).text()).not.toContain("zarrkit-root");
    expect(await (await ask(handler, "/z/", { headers: BROWSER })).text()).not.toContain("zarrkit-root");
    expect((await ask(handler, "/", { method: "PUT", body: "x" })).status).toBe(405);
  });

  test("has the links of a listing for programs that ask for HTML, with names as text", async () => {
    const root = await createGroup({});
    await root.createGroup('<img src="x" onerror="y">');
    const page = await ask(nodeHandler(root, { viewer }), "/", { headers: { accept: "text/html" } });
    const html = await page.text();
    expect(html).toContain("zarrkit-root");
    expect(html).toContain("zarr.json</a>");
    expect(html).not.toContain("<img");
    const unlisted = await ask(nodeHandler(root, { viewer, listing: false }), "/", {
      headers: { accept: "text/html" },
    });
    expect(await unlisted.text()).not.toContain("<a ");
  });

  test("its files have types and tags, and nothing else is reached", async () => {
    const handler = await make();
    const script = await ask(handler, "/__zarrkit__/main-4e5f6a7b.js");
    expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect(await script.text()).toBe("run();");
    const icon = await ask(handler, "/__zarrkit__/icon.svg");
    expect(icon.headers.get("cache-control")).toBe("no-cache");
    const tag = icon.headers.get("etag")!;
    const again = await ask(handler, "/__zarrkit__/icon.svg", { headers: { "if-none-match": tag } });
    expect(again.status).toBe(304);
    const head = await ask(handler, "/__zarrkit__/icon.svg", { method: "HEAD" });
    expect([head.headers.get("content-length"), await head.text()]).toEqual(["6", ""]);
    for (const path of ["index.html", "none.js", "a/b.js", "%2e%2e/index.html"])
      expect((await ask(handler, `/__zarrkit__/${path}`)).status, path).toBe(404);
  });

  test("without its files the listing is shown", async () => {
    const handler = await make({ viewer: () => Promise.resolve(undefined) });
    expect(await (await ask(handler, "/", { headers: BROWSER })).text()).toContain("zarr.json</a>");
  });
});
