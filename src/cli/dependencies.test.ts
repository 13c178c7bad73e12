import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = join(dirname(fileURLToPath(import.meta.url)), "..");

test("what only the command needs is imported by the command alone", () => {
  const importers = readdirSync(src, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts") && !name.startsWith(`cli${sep}`))
    .filter((name) => /["'](?:@stricli\/core|fast-png)["']/.test(readFileSync(join(src, name), "utf8")));
  expect(importers).toEqual([]);
});

test("a command's work is loaded when it runs", () => {
  const main = /^import (?!type)[^;]*from "(\.\/[^"]+)"/gm;
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [, path] of readFileSync(join(src, "cli", name), "utf8").matchAll(main)) visit(path!.slice(2));
  };
  visit("main.ts");
  expect([...seen]).toContain("get.ts");
  expect([...seen].filter((name) => /^(run-|format-|open-)/.test(name))).toEqual([]);
});
