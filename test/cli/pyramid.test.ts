// pyramid as a user runs it; what it writes is checked by ome-zarr-models, and by validate.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { omeEnv } from "../../scripts/python-env.mjs";
import { createArray } from "../../src/array/create.ts";
import { openGroup } from "../../src/array/open.ts";
import { isBuilt, scratchFolder, unlessBuilt, zarrkit } from "./zarrkit-process.ts";

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);
const ome = omeEnv();

const CHECK = `
import sys, zarr
from ome_zarr_models import open_ome_zarr
image = open_ome_zarr(zarr.open_group(sys.argv[1], mode="r"))
multiscales = (image.ome_attributes if hasattr(image, "ome_attributes") else image.attributes).multiscales
print(type(image).__module__, [a.name for a in multiscales[0].axes], [d.path for d in multiscales[0].datasets])
`;

describe.skipIf(!isBuilt)(`pyramid${unlessBuilt}`, () => {
  beforeAll(async () => {
    const image = await createArray(at("scan.zarr"), {
      path: "raw",
      shape: [2, 3, 300, 400],
      chunks: [1, 1, 128, 128],
      dtype: "uint16",
    });
    await image.set("...", 7);
  });

  test.each([
    ["3", "ome_zarr_models.v05.image"],
    ["2", "ome_zarr_models.v04.image"],
  ])("format %s is what ome-zarr-models reads", async (format, module) => {
    const target = at(`image-${format}.ome.zarr`);
    const args = [
      "--path",
      "raw",
      "--axes",
      "c,z,y,x",
      "--scale",
      "1,2,0.5,0.5",
      "--units",
      "-,micrometer,micrometer,micrometer",
    ];
    const made = await zarrkit(
      "pyramid",
      at("scan.zarr"),
      target,
      ...args,
      "--target-format",
      format,
      "--downsample",
      "y,x",
      "--json",
    );
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(made.out).levels).toEqual([
      [2, 3, 300, 400],
      [2, 3, 150, 200],
    ]);
    expect((await zarrkit("validate", target, "--strict")).out).toBe(
      "2 arrays and 1 group: 0 errors, 0 warnings\n",
    );
    const group = await openGroup(target, { mode: "r" });
    const [image] = (
      format === "3" ? Reflect.get(Object(group.attrs["ome"]), "multiscales") : group.attrs["multiscales"]
    ) as [object];
    expect(image).toMatchObject({
      name: `image-${format}`,
      axes: [{ name: "c", type: "channel" }, { name: "z", unit: "micrometer" }, {}, {}],
    });
    if (ome.python === undefined)
      return console.log(`SKIPPED ${expect.getState().currentTestName}: ${ome.reason}`);
    const checked = spawnSync(ome.python, ["-W", "ignore", "-c", CHECK, target], { encoding: "utf8" });
    expect(checked.stderr).toBe("");
    expect(checked.stdout).toBe(`${module} ['c', 'z', 'y', 'x'] ['0', '1']\n`);
  });

  test("a pyramid of labels lies beside the image, and goes on where it was stopped", async () => {
    const labels = await createArray(at("labels.zarr"), { shape: [64, 64], chunks: [8, 8], dtype: "int32" });
    await labels.set("...", {
      data: Int32Array.from({ length: 4096 }, (_, i) => i),
      shape: [64, 64],
      stride: [64, 1],
    });
    const args = [
      "pyramid",
      at("labels.zarr"),
      at("plain.zarr"),
      "--target-path",
      "labels/cells",
      "--method",
      "nearest",
      "--levels",
      "3",
    ];
    expect((await zarrkit(...args)).out).toMatch(/^wrote 84 chunks, /);
    expect((await zarrkit("get", at("plain.zarr"), "labels/cells/2", "-s", "0, :3", "--json")).out).toBe(
      "[0, 4, 8]\n",
    );
    const again = await zarrkit(...args);
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toContain("ContainsGroupError");
  });
});
