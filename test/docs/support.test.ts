// docs/support.md says what works, and each line of it works.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { supportPage } from "./support.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

test("docs/support.md lists what can be written and read back", async () => {
  await expect(await supportPage()).toMatchFileSnapshot(join(root, "docs", "support.md"));
});
