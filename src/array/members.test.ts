import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MetadataValidationError, UnknownDataTypeError } from "../base/errors.ts";
import { LocalStore } from "../storage/local-store.ts";
import { CountingStore } from "../testing/counting-store.ts";
import { consolidateMetadata, createArray, createGroup, openConsolidated, openGroup } from "../index.ts";
import type { ZarrGroup } from "./zarr-group.ts";

let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "zarrkit-members-"));
  const group = await createGroup(root);
  for (const path of ["b", "a", "g/x", "g/h/y", "c"])
    await group.createArray(path, { shape: [2], dtype: "int8" });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function names(members: AsyncIterable<readonly [string, unknown]>): Promise<string[]> {
  const found: string[] = [];
  for await (const [name] of members) found.push(name);
  return found;
}

const open = (): Promise<ZarrGroup> => openGroup(root, { mode: "r", useConsolidated: false });

describe("members", () => {
  test.each(["listed", "consolidated"])("%s: parents first, each level by name", async (how) => {
    if (how === "consolidated") await consolidateMetadata(root);
    const group = how === "listed" ? await open() : await openConsolidated(root);
    expect(await names(group.members())).toEqual(["a", "b", "c", "g"]);
    expect(await names(group.members({ maxDepth: 1 }))).toEqual(["a", "b", "c", "g", "g/h", "g/x"]);
    expect(await names(group.members({ maxDepth: null }))).toEqual([
      "a",
      "b",
      "c",
      "g",
      "g/h",
      "g/x",
      "g/h/y",
    ]);
    expect(await names(group.arrays({ maxDepth: null }))).toEqual(["a", "b", "c", "g/x", "g/h/y"]);
    expect(await names(group.groups({ maxDepth: null }))).toEqual(["g", "g/h"]);
    const below = await group.getGroup("g");
    expect(await names(below.members({ maxDepth: null }))).toEqual(["h", "x", "h/y"]);
    expect(await names(below.arrays())).toEqual(["x"]);
  });

  test("what is no document rejects before the first member is given", async () => {
    writeFileSync(join(root, "c", "zarr.json"), "{");
    const found: string[] = [];
    const walk = async (): Promise<void> => {
      for await (const [name] of (await open()).arrays()) found.push(name);
    };
    await expect(walk()).rejects.toBeInstanceOf(MetadataValidationError);
    expect(found).toEqual([]);
  });

  test.each(["listed", "consolidated"])(
    "%s: an array that is not understood rejects in its turn",
    async (how) => {
      const store = new LocalStore(root);
      const document = JSON.parse(new TextDecoder().decode(await store.get("b/zarr.json"))) as object;
      if (how === "consolidated") await consolidateMetadata(root);
      const unknown = JSON.stringify({ ...document, data_type: "int9" });
      if (how === "listed") writeFileSync(join(root, "b", "zarr.json"), unknown);
      else {
        const text = new TextDecoder().decode(await store.get("zarr.json"));
        const whole = JSON.parse(text) as { consolidated_metadata: { metadata: Record<string, unknown> } };
        whole.consolidated_metadata.metadata["b"] = JSON.parse(unknown);
        writeFileSync(join(root, "zarr.json"), JSON.stringify(whole));
      }
      const group = how === "listed" ? await open() : await openConsolidated(root);
      const found: string[] = [];
      const walk = async (): Promise<void> => {
        for await (const [name] of group.arrays()) found.push(name);
      };
      await expect(walk()).rejects.toBeInstanceOf(UnknownDataTypeError);
      await expect(walk()).rejects.toMatchObject({ path: "b", key: "b/zarr.json" });
      expect(found).toEqual(["a", "a"]);
      // Who asks for no array is not concerned.
      expect(await group.nmembers()).toBe(4);
      expect(await names(group.groups())).toEqual(["g"]);
    },
  );

  test("more than can be read in one turn", async () => {
    const document = JSON.stringify({
      ...JSON.parse(new TextDecoder().decode(await new LocalStore(root).get("a/zarr.json"))),
      shape: [3],
    });
    for (let index = 0; index < 1500; index++) {
      mkdirSync(join(root, "g", `n${index}`));
      writeFileSync(join(root, "g", `n${index}`, "zarr.json"), document);
    }
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    let sum = 0;
    for await (const [, array] of (await (await open()).getGroup("g")).arrays()) sum += array.shape[0]!;
    clearInterval(timer);
    expect(sum).toBe(1500 * 3 + 2);
    expect(turns).toBeGreaterThan(0);
  });

  test("leaving the loop early", async () => {
    for await (const [name] of (await open()).members({ maxDepth: null })) if (name === "g") break;
  });

  test("a wrapper is asked for each document", async () => {
    const store = new CountingStore(new LocalStore(root));
    const group = await openGroup(store, { mode: "r", useConsolidated: false });
    const before = store.count("get");
    expect(await names(group.arrays())).toEqual(["a", "b", "c"]);
    expect(store.count("get") - before).toBe(4);
  });

  test("v2, where documents are missing", async () => {
    const group = await createGroup(join(root, "v2"), { zarrFormat: 2 });
    for (const name of ["p", "q"]) await group.createArray(name, { shape: [1], dtype: "int8" });
    await createArray(join(root, "v2", "r"), { shape: [1], dtype: "int8", zarrFormat: 3 });
    expect(await names((await openGroup(join(root, "v2"), { mode: "r" })).members())).toEqual(["p", "q"]);
    // A wrong document counts, also beside a right one.
    writeFileSync(join(root, "v2", "q", ".zgroup"), "{");
    await expect(names((await openGroup(join(root, "v2"), { mode: "r" })).members())).rejects.toMatchObject({
      code: "ZARR_METADATA_VALIDATION",
      key: "q/.zgroup",
    });
  });
});
