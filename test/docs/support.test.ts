// docs/support.md says what works, and each line of it works.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { supportPage } from "./support.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

test("docs/support.md lists what can be written and read back", async () => {
  await expect(await supportPage()).toMatchFileSnapshot(join(root, "docs", "support.md"));
});

test.each(["Stores", "File systems", "Data types", "Codecs", "Commands"])(
  "README.md says nothing else of %s",
  (row) => {
    const support = readFileSync(join(root, "docs", "support.md"), "utf8");
    const text =
      new RegExp(`^\\| ${row} \\|(.*)\\|$`, "m").exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ??
      "";
    const names = Array.from(text.matchAll(/`([\w-]+(?:\.\w+)?)`/g), ([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(0);
    const lists = (name: string): boolean =>
      support.includes(`\`${name}\``) || support.includes(`\`zarrkit ${name}\``);
    expect(names.filter((name) => name !== "registerFilesystem" && !lists(name))).toEqual([]);
  },
);
