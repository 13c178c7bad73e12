import { afterAll, beforeAll, expect, test } from "vitest";
import { createArray, createGroup } from "../array/create.ts";
import type { ZarrGroup } from "../array/zarr-group.ts";
import { InterruptedError } from "./command-context.ts";
import type { RecordedStream } from "./fixtures/recorded-io.ts";
import { recordedIo, recordedStream } from "./fixtures/recorded-io.ts";
import { runZarrkit } from "./run.ts";

const STORE = "memory://zarrkit-cli-test";

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly bytes: Uint8Array;
}

async function zarrkit(args: readonly string[], stdout: RecordedStream = recordedStream()): Promise<Result> {
  const io = recordedIo(stdout);
  const code = await runZarrkit(args, io);
  return { code, out: stdout.text(), err: io.stderr.text(), bytes: stdout.bytes() };
}

// A memory store lives as long as something holds it.
let root: ZarrGroup;
beforeAll(async () => {
  root = await createGroup(STORE, { attributes: { title: "né", big: 2n ** 60n } });
  const z = await root.createArray("sub/z", {
    shape: [4, 6],
    chunks: [2, 2],
    shards: [4, 4],
    dtype: "float32",
    fillValue: NaN,
    dimensionNames: ["y", "x"],
    attributes: { units: "K", missing: NaN },
  });
  await z.set("0, :", [1, 2, 3, 4, 5, 6]);
  const n = await root.createArray("n", { shape: [3], dtype: "int64" });
  await n.set("...", [1n, 2n ** 60n, -3n]);
  await createArray(STORE, { path: "old", shape: [2], dtype: "int16", zarrFormat: 2 });
});
afterAll(() => root.store.clear());

test("help is for people, lists the commands and ends well", async () => {
  for (const args of [[], ["--help"], ["-h"]]) {
    const { code, out, err } = await zarrkit(args);
    expect(code).toBe(0);
    expect(err).toBe("");
    for (const command of ["info", "tree", "ls", "get"]) expect(out).toContain(`zarrkit ${command}`);
  }
  expect((await zarrkit(["--version"])).out).toBe("1.2.3\n");
});

test.each(["info", "tree", "ls", "get", "serve"])(
  "%s --help has examples and the flags that all have",
  async (command) => {
    const { code, out } = await zarrkit([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain("Examples:\n");
    for (const flag of ["--storage-option", "--json", "--zarr-format", "--debug"])
      expect(out).toContain(flag);
  },
);

test.each([
  [["nonsense"], "there is no command"],
  [["infos", STORE], "did you mean `info`?"],
  [["info"], "Expected argument for url"],
  [["info", STORE, "a", "b"], "Too many arguments"],
  [["info", STORE, "--jsno"], "did you mean --json?"],
  [["info", STORE, "--constructor"], "No flag registered for --constructor"],
  [["info", "--__proto__", STORE], "No flag registered for --__proto__"],
  [["info", STORE, "--zarr-format", "4"], 'Expected "4" to be one of (2|3)'],
  [["tree", STORE, "--level", "-1"], "--level"],
  [["ls", STORE, "-q"], "No alias registered for -q"],
  [["get", STORE, "n", "--select", "1:x"], "expected"],
  [["get", STORE, "n", "--format", "gif"], "table|json|csv|npy|raw|png"],
  [["get", STORE, "n", "--format", "csv", "--json"], "exclude each other"],
  [["get", STORE, "n", "--max-rows", "0", "--format", "table"], "--max-rows"],
  [["get", STORE, "n", "--max-rows", "5", "--format", "npy"], "--max-rows is for --format table, not npy"],
  [["get", STORE, "n", "--min", "x", "--format", "png"], "--min"],
  [["info", "nosuch://x"], "Protocol not known: nosuch"],
  [["info", STORE, "--storage-option", "anon=true"], "--storage-option was given, but is only used"],
  [["info", STORE, "--storage-option", "hidden"], 'expected "name=value"'],
])("misused: %j", async (args, message) => {
  const { code, out, err } = await zarrkit(args);
  expect(code).toBe(2);
  expect(out).toBe("");
  const lines = err.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^zarrkit: /);
  expect(lines[0]).toContain(message);
  expect(lines.at(-1)).toMatch(/^usage: zarrkit /);
  expect(lines).toHaveLength(2);
  expect(err).not.toContain("hidden");
});

test.each([
  [["info", STORE, "nothing"], "NodeNotFoundError", "ZARR_NODE_NOT_FOUND"],
  [["get", STORE, "sub"], "ContainsGroupError", "ZARR_CONTAINS_GROUP"],
  [["get", STORE, "n", "--select", "3"], "BoundsCheckError", "ZARR_BOUNDS_CHECK"],
  [["get", STORE, "n", "--select", "0, 0"], "SelectionError", "ZARR_SELECTION"],
  [["get", STORE, "n", "--format", "png"], "UnsupportedError", "ZARR_UNSUPPORTED"],
  [["info", STORE, "../n"], "StoreError", "ZARR_STORE"],
  [["info", STORE, "n", "--zarr-format", "2"], "NodeNotFoundError", "ZARR_NODE_NOT_FOUND"],
])("failed: %j", async (args, name, errorCode) => {
  const { code, out, err } = await zarrkit(args);
  expect(code).toBe(1);
  expect(out).toBe("");
  expect(err).toMatch(new RegExp(`^zarrkit: ${name}: .*\\(${errorCode}\\)\n$`));
});

test("a failure has its stack with --debug only", async () => {
  expect((await zarrkit(["info", STORE, "nothing"])).err.trimEnd().split("\n")).toHaveLength(1);
  expect((await zarrkit(["info", STORE, "nothing", "--debug"])).err).toMatch(/\n {4}at /);
});

test("info prints zarr-python's summary, dimension names and attributes", async () => {
  const { code, out } = await zarrkit(["info", STORE, "sub/z"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^Type +: Array\n/);
  expect(out).toMatch(/\nShard shape +: \(4, 4\)\n/);
  expect(out).toContain("\nDimensions : y, x\n");
  expect(out).toContain('\nAttributes\n{\n  "units": "K",\n  "missing": NaN\n}\n');
  const group = await zarrkit(["info", STORE]);
  expect(group.out).toContain("Group");
  expect(group.out).toContain('"title": "né"');
});

test("info --complete also tells what is stored", async () => {
  expect((await zarrkit(["info", STORE, "sub/z", "--complete"])).out).toContain("Shards Initialized");
  expect((await zarrkit(["info", STORE, "--complete"])).out).toMatch(/No\. arrays +: 2\n/);
});

test("info --json has all facts", async () => {
  const { out } = await zarrkit(["info", STORE, "sub/z", "--json", "--complete"]);
  const facts = JSON.parse(out.replace('"missing": NaN', '"missing": null')); // Python reads the token; JSON.parse does not
  expect(facts).toMatchObject({
    kind: "array",
    name: "/sub/z",
    path: "sub/z",
    store: STORE,
    storeType: "ManagedMemoryStore",
    readOnly: true,
    zarrFormat: 3,
    shape: [4, 6],
    dtype: "float32",
    dataType: "float32",
    chunks: [2, 2],
    shards: [4, 4],
    chunkGridShape: [2, 3],
    fillValue: "NaN",
    order: "C",
    dimensionNames: ["y", "x"],
    filters: [],
    serializer: { name: "bytes", configuration: { endian: "little" } },
    size: 24,
    nbytes: 96,
    nchunks: 6,
    attributes: { units: "K" },
  });
  expect(facts.compressors[0].name).toBe("zstd");
  expect(facts.nbytesStored).toBeGreaterThan(0);
  const group = await zarrkit(["info", STORE, "--json", "--complete"]);
  expect(group.out).toContain('"big": 1152921504606846976');
  expect(JSON.parse(group.out)).toMatchObject({ kind: "group", nmembers: 3, narrays: 2, ngroups: 1 });
  const old = JSON.parse((await zarrkit(["info", STORE, "old", "--json"])).out);
  expect(old).toMatchObject({
    zarrFormat: 2,
    dataType: "<i2",
    shards: null,
    serializer: null,
    dimensionNames: null,
  });
});

test("tree draws; --json nests; --max-nodes says what it leaves out", async () => {
  const { out } = await zarrkit(["tree", STORE]);
  expect(out).toBe("/\n├── n (3,) int64\n└── sub\n    └── z (4, 6) float32\n");
  expect((await zarrkit(["tree", STORE, "--level", "0"])).out).toBe("/\n├── n (3,) int64\n└── sub\n");
  expect((await zarrkit(["tree", STORE, "n"])).out).toBe("/n (3,) int64\n");
  const nested = JSON.parse((await zarrkit(["tree", STORE, "--json"])).out);
  expect(nested).toMatchObject({
    path: "",
    kind: "group",
    children: [
      { name: "n", path: "n", kind: "array", shape: [3], dtype: "int64" },
      {
        name: "sub",
        kind: "group",
        children: [{ name: "z", path: "sub/z", chunks: [2, 2], shards: [4, 4] }],
      },
    ],
  });
  expect(nested.truncated).toBeUndefined();
  expect(JSON.parse((await zarrkit(["tree", STORE, "--json", "--max-nodes", "1"])).out)).toMatchObject({
    truncated: true,
    children: [{ name: "n" }],
  });
});

test("ls lists names, with -l facts, with -r all, with --keys the store", async () => {
  expect((await zarrkit(["ls", STORE])).out).toBe("n\nsub\n");
  expect((await zarrkit(["ls", STORE, "-r"])).out).toBe("n\nsub\nsub/z\n");
  expect((await zarrkit(["ls", "-l", "-r", STORE])).out).toBe(
    "array  (3,)    int64    (3,)    n\ngroup                           sub\narray  (4, 6)  float32  (2, 2)  sub/z\n",
  );
  expect((await zarrkit(["ls", STORE, "n"])).out).toBe("n\n");
  const keys = (await zarrkit(["ls", STORE, "sub", "--keys"])).out.trimEnd().split("\n").sort();
  expect(keys).toEqual(["sub/z/c/0/0", "sub/z/c/0/1", "sub/z/zarr.json", "sub/zarr.json"]);
  expect((await zarrkit(["ls", STORE, "old", "--keys", "-l"])).out).toMatch(/^ +\d+ {2}old\/\.za/);
  expect(JSON.parse((await zarrkit(["ls", STORE, "--json"])).out)).toEqual([
    { name: "n", path: "n", kind: "array", shape: [3], dtype: "int64", chunks: [3], shards: null },
    { name: "sub", path: "sub", kind: "group" },
  ]);
  expect(JSON.parse((await zarrkit(["ls", STORE, "empty", "--keys", "--json"])).out)).toEqual([]);
});

test("get in every format", async () => {
  const z = [STORE, "sub/z", "--select", "0:2, 1:3"];
  expect((await zarrkit(["get", ...z])).out).toBe("y\\x    1    2\n  0   2.   3.\n  1  nan  nan\n");
  expect((await zarrkit(["get", ...z, "--json"])).out).toBe("[[2, 3],\n [NaN, NaN]]\n");
  expect((await zarrkit(["get", ...z, "-f", "csv", "--header"])).out).toBe(
    "y\\x,1,2\n0,2.0,3.0\n1,nan,nan\n",
  );
  const raw = (await zarrkit(["get", ...z, "--format", "raw"])).bytes;
  expect([...new Float32Array(raw.slice().buffer)]).toEqual([2, 3, NaN, NaN]);
  const npy = (await zarrkit(["get", ...z, "--format", "npy"])).bytes;
  expect(npy.slice(128)).toEqual(raw);
  const png = (await zarrkit(["get", ...z, "--format", "png"])).bytes;
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
});

test("64-bit integers are exact, or numbers on demand", async () => {
  expect((await zarrkit(["get", STORE, "n", "--json"])).out).toBe("[1, 1152921504606846976, -3]\n");
  const numbers = await zarrkit([
    "get",
    STORE,
    "n",
    "--select",
    "::2",
    "--int64",
    "number",
    "--format",
    "npy",
  ]);
  expect(new TextDecoder("latin1").decode(numbers.bytes)).toContain("'<f8'");
  const beyond = await zarrkit(["get", STORE, "n", "--int64", "number", "--json"]);
  expect(beyond).toMatchObject({ code: 1 });
  expect(beyond.err).toMatch(/^zarrkit: RangeError: .*2\^53/);
});

test("what is not text is not written to a terminal", async () => {
  for (const format of ["npy", "raw", "png"]) {
    const { code, out, err } = await zarrkit(
      ["get", STORE, "n", "--format", format],
      recordedStream({ isTerminal: true }),
    );
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("stdout is a terminal");
  }
});

test("colours are for terminals that want them", async () => {
  const colored = recordedStream({ isTerminal: true, hasColors: true, columns: 80 });
  expect((await zarrkit(["ls", STORE], colored)).out).toBe("n\n\u001b[34msub\u001b[39m\n");
  expect((await zarrkit(["--help"], recordedStream({ isTerminal: true }))).out).not.toContain("\u001b");
});

test("a reader that leaves is no failure, and says nothing", async () => {
  const broken = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  const gone = { ...recordedStream(), write: () => Promise.reject(broken) };
  for (const args of [["ls", STORE], ["--help"], ["get", STORE, "n", "--json"]]) {
    expect(await zarrkit(args, gone)).toMatchObject({ code: 0, err: "" });
  }
});

test("an interrupt ends with 130 and says nothing", async () => {
  const io = recordedIo(recordedStream(), AbortSignal.abort(new InterruptedError()));
  expect(await runZarrkit(["info", STORE], io)).toBe(130);
  expect(io.stderr.text()).toBe("");
});
