import { sliceBytes } from "../../base/byte-request.ts";
import type { ByteRequest } from "../../base/byte-request.ts";
import type { Store } from "../../storage/store.ts";
import { check, checkBytes, checkEqual, checkRejects, collect } from "../assert.ts";
import type { StoreCaseDefinition } from "../store-harness.ts";

const VALUE = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 251);

const LISTS: readonly (readonly [string, readonly (ByteRequest | null)[]])[] = [
  ["one", [{ start: 1, end: 4 }]],
  [
    "near ones, out of order",
    [
      { start: 100, end: 120 },
      { start: 0, end: 10 },
      { start: 40, end: 50 },
    ],
  ],
  [
    "overlapping, nested and repeated ones",
    [
      { start: 10, end: 100 },
      { start: 20, end: 30 },
      { start: 90, end: 200 },
      { start: 20, end: 30 },
    ],
  ],
  ["offsets, suffixes and the whole value", [{ offset: 4000 }, { suffix: 16 }, null, { start: 5, end: 6 }]],
  [
    "empty ones and ones past the end",
    [{ start: 7, end: 7 }, { start: 4090, end: 5000 }, { start: 9000, end: 9999 }, { suffix: 0 }],
  ],
  ["many", Array.from({ length: 200 }, (_, index) => ({ start: index * 20, end: index * 20 + 8 }))],
];

/** Reading several parts of one value. */
export const getRangesCases: readonly StoreCaseDefinition[] = [
  ...LISTS.flatMap(([what, ranges]) =>
    [undefined, 0].map((maxGapBytes): StoreCaseDefinition => ({
      name: `getRanges: ${what}${maxGapBytes === undefined ? "" : ", merged only where they touch"}`,
      requires: [],
      async run(harness) {
        const store = await harness.create();
        await harness.set(store, "c/0", VALUE);
        const parts = new Map<number, Uint8Array>();
        for await (const group of store.getRanges("c/0", ranges, { maxGapBytes })) {
          for (const [index, bytes] of group) {
            check(!parts.has(index), `range ${index} came twice`);
            parts.set(index, bytes);
          }
        }
        checkEqual(parts.size, ranges.length, "number of ranges");
        for (const [index, range] of ranges.entries())
          checkBytes(parts.get(index), sliceBytes(VALUE, range), `range ${index}`);
      },
    })),
  ),
  {
    name: "getRanges: ranges of a group are sorted by start",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", VALUE);
      const ranges = [
        { start: 50, end: 60 },
        { start: 0, end: 10 },
        { start: 20, end: 30 },
      ];
      for (const group of await collect(store.getRanges("c/0", ranges))) {
        const starts = group.map(([index]) => ranges[index]?.start ?? -1);
        checkEqual(
          starts,
          [...starts].sort((a, b) => a - b),
          "starts",
        );
      }
    },
  },
  {
    name: "getRanges: no ranges give nothing",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      checkEqual(await collect(store.getRanges("missing", [])), [], "groups");
    },
  },
  {
    name: "getRanges: ranges may be a generator",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", VALUE);
      const once = (function* () {
        yield { start: 0, end: 4 };
        yield { suffix: 4 };
      })();
      const groups = (await collect(store.getRanges("c/0", once))).flat();
      checkEqual(groups.map(([index]) => index).sort(), [0, 1], "indices");
    },
  },
  {
    name: "getRanges: a missing key is an error",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await checkRejects(() => drain(store, "missing"), "getRanges");
    },
  },
  {
    name: "getRanges: leaving the loop raises nothing, and the store stays usable",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", VALUE);
      const ranges = Array.from({ length: 50 }, (_, index) => ({ start: index * 80, end: index * 80 + 1 }));
      for await (const _ of store.getRanges("c/0", ranges, { maxGapBytes: 0, maxConcurrency: 4 })) break;
      checkBytes(await store.get("c/0", { start: 0, end: 3 }), VALUE.subarray(0, 3), "get afterwards");
    },
  },
  {
    name: "getRanges: a signal that is aborted in the loop ends it with its reason",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", VALUE);
      const controller = new AbortController();
      const reason = new Error("enough");
      const ranges = Array.from({ length: 50 }, (_, index) => ({ start: index * 80, end: index * 80 + 1 }));
      const options = { maxGapBytes: 0, maxConcurrency: 2, signal: controller.signal };
      const error = await checkRejects(async () => {
        for await (const _ of store.getRanges("c/0", ranges, options)) controller.abort(reason);
      }, "getRanges");
      check(error === reason, "it ends with another error than the signal's reason");
    },
  },
  {
    name: "getRanges: limits that are no numbers, or too small, are errors",
    requires: [],
    async run(harness) {
      const store = await harness.create();
      await harness.set(store, "c/0", VALUE);
      await checkRejects(() => drain(store, "c/0", { maxConcurrency: 0 }), "maxConcurrency 0");
      await checkRejects(() => drain(store, "c/0", { maxGapBytes: -1 }), "maxGapBytes -1");
    },
  },
];

async function drain(store: Store, key: string, options?: Parameters<Store["getRanges"]>[2]): Promise<void> {
  await collect(store.getRanges(key, [{ start: 0, end: 1 }], options));
}
