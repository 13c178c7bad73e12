import { expect, test, vi } from "vitest";
import { MemoryFileSystem } from "../memory-file-system.ts";
import { ReferenceFileSystem } from "../reference-file-system.ts";

vi.mock("hyparquet", () => {
  throw new Error("Cannot find package 'hyparquet'");
});

test("without hyparquet the error names the package to install", async () => {
  const files = new MemoryFileSystem({ store: new Map() });
  const metadata = { metadata: { "a/.zarray": { shape: [1], chunks: [1] } }, record_size: 1 };
  await files.pipeFile("/refs.parq/.zmetadata", new TextEncoder().encode(JSON.stringify(metadata)));
  await files.pipeFile("/refs.parq/a/refs.0.parq", new Uint8Array(10));
  await expect(new ReferenceFileSystem({ fo: [files, "/refs.parq"] }).catFile("a/0")).rejects.toMatchObject({
    code: "ZARR_MISSING_DEPENDENCY",
    message: expect.stringContaining("npm install hyparquet"),
  });
});
