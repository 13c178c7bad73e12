import { describe, expect, test } from "vitest";
import { selectionText, snippetsFor } from "../code/snippets.ts";
import { multiscaleOf } from "../worker/multiscale.ts";
import { bytesText, numberText, shapeText } from "./format.ts";
import { defaultOptions, parseOptions, readAddress, writeAddress } from "./location.ts";

describe("the address of the page", () => {
  test("says what is open, and is read back", () => {
    const address = {
      url: "s3://bucket/a b.zarr",
      storageOptions: { anon: true, endpoint_url: "http://localhost:9000" },
      path: "x/y z",
      tab: "plot",
    };
    const href = writeAddress("https://page.example/viewer/?old=1#old", address);
    expect(readAddress(href)).toEqual(address);
    expect(href.startsWith("https://page.example/viewer/?url=")).toBe(true);
  });

  test("holds no secrets, and takes none", () => {
    const storageOptions = { key: "AKIA", secret: "hidden", anon: false };
    const href = writeAddress("https://page.example/", {
      url: "s3://b",
      storageOptions,
      path: "",
      tab: undefined,
    });
    expect(href).not.toMatch(/AKIA|hidden/);
    const read = readAddress(
      "https://page.example/?url=s3://b&option.secret=x&option.anon=true&option.__proto__=1",
    );
    expect(read.storageOptions).toEqual({ anon: true });
  });

  test("options are typed as name=value", () => {
    expect(parseOptions(" anon=true  endpoint_url=http://h:1/?a=b ")).toEqual({
      anon: true,
      endpoint_url: "http://h:1/?a=b",
    });
    expect(() => parseOptions("anon")).toThrow(TypeError);
    expect(defaultOptions("s3://b/x", {})).toEqual({ anon: true });
    expect(defaultOptions("s3://b/x", { key: "k" })).toEqual({ key: "k" });
    expect(defaultOptions("https://h/x", {})).toEqual({});
  });
});

describe("snippets", () => {
  const url = { kind: "url", url: "https://h/a.zarr", storageOptions: {} } as const;

  test("select what is seen", () => {
    const shape = [12, 100, 200];
    const ranges = [
      [3, 4],
      [0, 100],
      [5, 50],
    ] as const;
    expect(selectionText(shape, ranges, [1, 2])).toBe("3, :, 5:50");
    expect(
      selectionText(
        [1, 5],
        [
          [0, 1],
          [2, 3],
        ],
        [0, 1],
      ),
    ).toBe(":, 2:3");
    expect(selectionText([], [], [])).toBe("...");
  });

  test("quote what a store is called, and leave secrets out", () => {
    const storageOptions = { anon: false, secret: "hidden", key: "hidden", endpoint_url: "http://h" };
    const source = { kind: "url", url: `s3://b/it's "$(x)".zarr`, storageOptions } as const;
    const target = { source, path: `a"b`, kind: "array", selection: ":5, 3" } as const;
    const [ts, python, shell] = snippetsFor(target).map(({ code }) => code);
    expect(`${ts}${python}${shell}`).not.toContain("hidden");
    expect(ts).toContain(String.raw`openArray("s3://b/it's \"$(x)\".zarr", { path: "a\"b", mode: "r"`);
    expect(python).toContain('storage_options={"anon": False, "endpoint_url": "http://h"}');
    expect(shell).toContain(String.raw`get 's3://b/it'\''s "$(x)".zarr' 'a"b' --select ':5, 3'`);
  });

  test("open archives and groups", () => {
    const zip = { kind: "file", name: "a.zip", file: new Blob() } as const;
    const [, python] = snippetsFor({ source: zip, path: "x", kind: "array", selection: "..." });
    expect(python!.code).toContain('ZipStore("a.zip", mode="r")');
    const [ts, , shell] = snippetsFor({ source: url, path: "", kind: "group", selection: "" });
    expect(ts!.code).toContain('openGroup("https://h/a.zarr", { mode: "r" })');
    expect(shell!.code).toBe("npx zarrkit tree https://h/a.zarr");
  });
});

describe("multiscales", () => {
  const datasets = [
    { path: "0", coordinateTransformations: [{ type: "scale", scale: [1, 2] }] },
    { path: "1" },
  ];

  test("of 0.4 and of 0.5", () => {
    const axes = ["c", { name: "y", type: "space", unit: "micrometer" }];
    const old = multiscaleOf({ multiscales: [{ version: "0.4", axes, datasets }] });
    expect(old?.version).toBe("0.4");
    expect(old?.levels).toEqual([
      { path: "0", scale: [1, 2] },
      { path: "1", scale: undefined },
    ]);
    expect(old?.axes[1]).toEqual({ name: "y", type: "space", unit: "micrometer" });
    const ome = { version: "0.5", multiscales: [{ axes, datasets }], "image-label": {} };
    expect(multiscaleOf({ ome })).toMatchObject({ version: "0.5", isLabels: true });
  });

  test.each([
    undefined,
    {},
    { multiscales: "x" },
    { multiscales: [] },
    { multiscales: [{ datasets: [{ path: "../../etc" }, { path: "/" }, { path: 3 }, null] }] },
    { ome: { multiscales: [null] } },
  ])("%j is none", (attributes) => {
    expect(multiscaleOf(attributes)).toBeUndefined();
  });

  test("colours and windows of channels that make no sense are left out", () => {
    const channels = [
      { color: "00FF00", window: { start: 5, end: 10 }, label: "a", active: false },
      { color: "url(x)", window: { start: 9, end: 3 } },
      null,
    ];
    expect(multiscaleOf({ multiscales: [{ datasets }], omero: { channels } })?.channels).toEqual([
      { label: "a", color: "#00FF00", window: [5, 10], isActive: false },
      { label: undefined, color: undefined, window: undefined, isActive: true },
      { label: undefined, color: undefined, window: undefined, isActive: true },
    ]);
  });
});

test("numbers are short", () => {
  expect([0, 999, 1234, 99_950, 12_345_678, 2 ** 60].map(bytesText)).toEqual([
    "0 B",
    "999 B",
    "1.23 kB",
    "100 kB",
    "12.3 MB",
    "1.15 EB",
  ]);
  expect([1.5, -2, 0.00001234, 1e9, Number.NaN, Number.NEGATIVE_INFINITY].map(numberText)).toEqual([
    "1.5",
    "−2",
    "1.234e−5",
    "1.000e+9",
    "NaN",
    "−∞",
  ]);
  expect([[], [3], [1000, 2]].map(shapeText)).toEqual(["scalar", "3", "1,000 × 2"]);
});
