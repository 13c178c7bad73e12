// `npm start`: builds the library and runs its main job, the storage guide, then reads and writes real data.
// Options: --live uses the real S3 bucket, --keep leaves the files that the guide writes.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(2);
const unknown = args.filter((argument) => argument !== "--live" && argument !== "--keep");
if (unknown.length > 0) {
  console.error(`npm start: unknown option ${unknown[0]}; there are --live and --keep.`);
  process.exit(2);
}
for (const command of [["scripts/build.mjs"], ["examples/storage-guide.mjs", ...args]]) {
  const [file, ...rest] = command;
  const { status } = spawnSync(process.execPath, [join(root, file), ...rest], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
