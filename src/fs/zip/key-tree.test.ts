import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KeyTree } from "./key-tree.ts";

test("names below a prefix equal those of a walk over all keys", () => {
  const segment = fc.constantFrom("a", "b", "c", "__proto__", "zarr.json");
  const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 20 }), key, (keys, prefix) => {
      const tree = new KeyTree(keys);
      for (const directory of ["", `${prefix}/`]) {
        const walked = keys
          .filter((each) => each.startsWith(directory))
          .map((each) => each.slice(directory.length).split("/")[0]!);
        expect([...tree.names(directory)].sort()).toEqual([...new Set(walked)].sort());
      }
    }),
  );
});
