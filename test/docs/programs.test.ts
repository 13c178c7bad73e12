// The programs of examples/ run, and make what they say.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "fast-png";
import { afterAll, describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const isBuilt = existsSync(join(root, "dist", "compute.js"));
const folder = mkdtempSync(join(tmpdir(), "zarrkit-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, ...args: string[]): string {
  const ended = spawnSync(process.execPath, [join(root, "examples", name), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(ended.stderr).toBe("");
  expect(ended.status).toBe(0);
  return ended.stdout;
}

describe.skipIf(!isBuilt)(`examples${isBuilt ? "" : " (skipped: dist is not there; npm run build)"}`, () => {
  test("climate-slice.mjs draws a map", () => {
    expect(program("climate-slice.mjs", "6", "july.png")).toMatch(
      /^july\.png: \d+ x \d+, -?\d+\.\d to \d+\.\d/,
    );
    const picture = decode(readFileSync(join(folder, "july.png")));
    expect(picture.channels).toBe(4);
    // Land and sea.
    const opaque = new Set(
      Array.from({ length: picture.width * picture.height }, (_, i) => picture.data[4 * i + 3]),
    );
    expect([...opaque].sort()).toEqual([0, 255]);
  });

  test("ome-thumbnail.mjs takes the smallest resolution", () => {
    expect(program("ome-thumbnail.mjs")).toBe("thumbnail.png: 200 x 150 of 3 resolutions of blobs\n");
    const picture = decode(readFileSync(join(folder, "thumbnail.png")));
    expect([picture.width, picture.height, picture.channels]).toEqual([200, 150, 1]);
    expect(Math.max(...picture.data)).toBe(255);
    // Of an image that is there already.
    expect(program("ome-thumbnail.mjs", "blobs.ome.zarr", "again.png")).toContain("again.png: 200 x 150");
    expect(readFileSync(join(folder, "again.png"))).toEqual(readFileSync(join(folder, "thumbnail.png")));
  });

  test("zip-on-s3.mjs reads one value by a few requests", () => {
    expect(program("zip-on-s3.mjs")).toMatch(/^Tromsø, noon of day 200: 16\.5 °C, by [2-8] requests\n$/);
  });

  test("rechunk.mjs makes series of maps, also a second time", () => {
    for (let i = 0; i < 2; i++) {
      const [first, second] = program("rechunk.mjs").split("\n");
      // By stages: boxes of whole maps and of whole series do not fit in 4 MiB.
      expect(first).toBe("join: 162 of 162 chunks of 200 x 10 x 10");
      expect(second).toMatch(/^200 days at one place from 0\.51 on; the mean of all is \d\.\d\d$/);
    }
  });
});
