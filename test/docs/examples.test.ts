// Every example of the documentation compiles, runs, and gives what it says.
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { emitPrograms, typeErrors, writeModules } from "./compile.ts";
import type { Example } from "./extract.ts";
import { docstringExamples, filesBelow, findExamples, isSketch, NameIndex, pageExamples } from "./extract.ts";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const names = new NameIndex(root);
const examples = findExamples(root);

describe("examples", () => {
  const folder = join(root, ".cache", `docs-${process.pid}`);
  let types: Map<Example, string[]>;
  let runs: Map<string, string | undefined>;

  beforeAll(async () => {
    ({ types, runs } = await examine(folder, examples));
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(examples)("$name", (example) => {
    if (isSketch(example)) return;
    const problems = types.get(example) ?? ["was not compiled"];
    if (example.runs && !runs.has(example.id)) problems.push("did not run");
    const failure = runs.get(example.id);
    if (failure !== undefined) problems.push(failure);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
});

test("an example that is wrong fails", { timeout: 60_000 }, async () => {
  const fence = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;
  const codes = [
    `import { LocalStore } from "zarrkit/storage";\nnew LocalStore("a"); // file://a`,
    `import { LocalStore } from "zarrkit/storage";\nnew LocalStore("a"); // file://b`,
    `const a: string = 1;`,
    `throw new Error("no");`,
    `[1, 2]; // [1, …]`,
    `JSON.parse("{"); // throws SyntaxError`,
    `JSON.parse("{}"); // throws SyntaxError`,
    `"a\\nb"; // gives:\n// a\n// c`,
    `await new Promise<void>((settle) => setTimeout(settle, 1));\n[new Uint8Array(2)]; // [Uint8Array [0, 0]]`,
  ];
  const page = pageExamples("docs/made-up.md", codes.map(fence).join(""));
  const folder = join(root, ".cache", `docs-self-${process.pid}`);
  try {
    const { types, runs } = await examine(folder, page);
    const outcome = page.map((example) => {
      if ((types.get(example) ?? []).length > 0) return "type";
      return runs.get(example.id) === undefined ? "ok" : "run";
    });
    expect(outcome).toEqual(["ok", "run", "type", "run", "ok", "ok", "run", "run", "ok"]);
    expect(runs.get(page[1]?.id ?? "")).toContain("docs/made-up.md:7: expected file://b, but it gave file://a");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(() => docstringExamples("src/a.ts", "/**\n * @example\n * f();\n */")).toThrow("no ts fence");
  expect(() => pageExamples("docs/a.md", fence("f(…);"))).toThrow("no-run");
});

test.each(["README.md", "ARCHITECTURE.md", "CHANGELOG.md", ...filesBelow(root, "docs", ".md")])(
  "the links of %s lead somewhere",
  (file) => {
    const text = readFileSync(join(root, file), "utf8").replace(/```[\s\S]*?```/g, "");
    const broken: string[] = [];
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target === undefined || /^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const linked = path === "" ? join(root, file) : resolve(root, dirname(file), path);
      if (!existsSync(linked)) broken.push(target);
      else if (anchor !== undefined && !anchorsOf(readFileSync(linked, "utf8")).has(anchor)) broken.push(target);
    }
    expect(broken).toEqual([]);
  },
);

/** Type-checks and runs examples in a folder of the checkout. */
async function examine(
  folder: string,
  list: readonly Example[],
): Promise<{ types: Map<Example, string[]>; runs: Map<string, string | undefined> }> {
  const files = writeModules(root, folder, list, names);
  const types = typeErrors(root, files);
  const programs = emitPrograms(root, folder, files);
  const plan = join(folder, "programs.json");
  writeFileSync(plan, JSON.stringify(programs));
  const { stdout } = await promisify(execFile)(process.execPath, [join(here, "run-examples.mjs"), plan], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  const runs = new Map<string, string | undefined>();
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("@@")) continue;
    const { id, error }: { id: string; error?: string } = JSON.parse(line.slice(2));
    runs.set(id, error);
  }
  return { types, runs };
}

/** Anchors of the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const headings = text.matchAll(/^#+ (.*)$/gm);
  return new Set(
    Array.from(headings, ([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
