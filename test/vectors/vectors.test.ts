// Reads every store of test/vectors, all written by other implementations, and compares it with what they say it holds.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { openGroup } from "../../src/index.ts";
import { isZarrError } from "../../src/base/errors.ts";
import { difference, type Entry, namesIn, partialDifference } from "../interop/entry.ts";

const root = dirname(fileURLToPath(import.meta.url));
const byId = (list: readonly Entry[]): (readonly [string, Entry])[] => list.map((entry) => [entry.id, entry]);
const { entries }: { entries: Entry[] } = JSON.parse(readFileSync(join(root, "expected.json"), "utf8"));

describe.each(["zp2", "zp3", "zarrs", "tensorstore"])("%s", (writer) => {
  const written = entries.filter((entry) => entry.store.startsWith(`${writer}/`));

  test.each(byId(written.filter(({ level }) => level === "core")))("%s", async (_, entry) => {
    expect(await difference(root, entry)).toBeUndefined();
    expect(await partialDifference(root, entry)).toBeUndefined();
  });

  // Right, or refused by an error of zarrkit that names the type, codec or grid that is missing; never a wrong value.
  test.each(byId(written.filter(({ level }) => level === "later")))("%s, or a refusal", async (_, entry) => {
    let found: string | undefined;
    try {
      found = await difference(root, entry);
    } catch (error) {
      if (!isZarrError(error)) throw error;
      const names = namesIn(root, entry).filter((name) => error.message.includes(name));
      expect(names, error.message).not.toEqual([]);
      return;
    }
    expect(found).toBeUndefined();
  });

  test.each(byId(written.filter(({ groups }) => groups !== undefined)))("groups of %s", async (_, entry) => {
    for (const path of entry.groups ?? []) {
      const group = await openGroup(join(root, entry.store), { path, mode: "r" });
      expect(group.path).toBe(path);
      await group.close();
    }
    const top = await openGroup(join(root, entry.store), { mode: "r" });
    const members: string[] = [];
    for await (const [name] of top.members({ maxDepth: null })) members.push(name);
    expect(members).toContain(entry.path);
    for (const path of entry.groups ?? []) if (path !== "") expect(members).toContain(path);
    expect(new Set(members).size).toBe(members.length);
    await top.close();
  });
});

test("expected.json lists every writer, and each core entry was read by another implementation", () => {
  expect(new Set(entries.map(({ store }) => store.split("/")[0]))).toEqual(
    new Set(["zp2", "zp3", "zarrs", "tensorstore"]),
  );
  expect(entries.length).toBeGreaterThan(450);
});
