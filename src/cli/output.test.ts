import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordedStream } from "./fixtures/recorded-io.ts";
import { withOutput } from "./output.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zarrkit-output-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("without a file, and for -, it is stdout", async () => {
  for (const file of [undefined, "-"]) {
    const stdout = recordedStream();
    await withOutput(file, stdout, (output) => output.write("x"));
    expect(stdout.text()).toBe("x");
  }
});

test("a file appears when it is whole", async () => {
  const file = join(folder, "a.txt");
  await withOutput(file, recordedStream(), async (output) => {
    await output.write("né");
    await output.write(Uint8Array.of(1, 2));
    expect(await readdir(folder)).not.toContain("a.txt");
  });
  expect([...(await readFile(file))]).toEqual([110, 0xc3, 0xa9, 1, 2]);
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("a failure leaves the old file and nothing else", async () => {
  const file = join(folder, "a.txt");
  await writeFile(file, "old");
  const failure = new Error("no");
  const failing = withOutput(file, recordedStream(), async (output) => {
    await output.write("new");
    throw failure;
  });
  await expect(failing).rejects.toBe(failure);
  expect(await readFile(file, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

test("a link stays a link, and what is no plain file is written as it is", async () => {
  await writeFile(join(folder, "target"), "old");
  await symlink("target", join(folder, "link"));
  await withOutput(join(folder, "link"), recordedStream(), (output) => output.write("new"));
  expect(await readFile(join(folder, "target"), "utf8")).toBe("new");
  expect(
    (await readdir(folder, { withFileTypes: true })).find(({ name }) => name === "link")!.isSymbolicLink(),
  ).toBe(true);
  await withOutput("/dev/null", recordedStream(), (output) => output.write("x"));
  expect((await readFile("/dev/null")).length).toBe(0);
  await expect(withOutput(folder, recordedStream(), (output) => output.write("x"))).rejects.toMatchObject({
    code: "EISDIR",
  });
});
