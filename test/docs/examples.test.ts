// Every example of the documentation compiles against the built package, runs, and gives what it says. Needs a build.
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
  const folder = join(root, ".cache", "docs", String(process.pid));
  let examined: Examined;

  beforeAll(async () => {
    examined = await examine(folder, examples);
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(examples)("$name", (example) => {
    if (isSketch(example)) return;
    const { types, runs } = examined;
    const problems = types.get(example) ?? ["was not compiled"];
    if (example.runs && !runs.has(example.id)) problems.push("did not run");
    const failure = runs.get(example.id);
    if (failure !== undefined) problems.push(failure);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });

  test("those for a test runner pass", async () => {
    const { suites } = examined;
    expect(suites.length).toBeGreaterThanOrEqual(2);
    // A child of a test runner would report to it, in place of failing.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const files = suites.map(({ file }) => file);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--test", "--test-reporter=tap", ...files],
      { cwd: root, env },
    );
    expect(stdout).toMatch(/^# pass [1-9]\d\d/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});

test("an example that is wrong fails", { timeout: 60_000 }, async () => {
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
  const folder = join(root, ".cache", "docs", `${process.pid}-self`);
  try {
    const { types, runs } = await examine(folder, page);
    const outcome = page.map((example) => {
      if ((types.get(example) ?? []).length > 0) return "type";
      return runs.get(example.id) === undefined ? "ok" : "run";
    });
    expect(outcome).toEqual(["ok", "run", "type", "run", "ok", "ok", "run", "run", "ok"]);
    expect(runs.get(page[1]?.id ?? "")).toContain(
      "docs/made-up.md:7: expected file://b, but it gave file://a",
    );
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
      else if (anchor !== undefined && !anchorsOf(readFileSync(linked, "utf8")).has(anchor))
        broken.push(target);
    }
    expect(broken).toEqual([]);
  },
);

test("docs/README.md links every page", () => {
  const index = readFileSync(join(root, "docs", "README.md"), "utf8");
  const pages = filesBelow(root, "docs", ".md").map((file) => file.replace("docs/", ""));
  expect(pages.filter((page) => page !== "README.md" && !index.includes(`(${page})`))).toEqual([]);
});

test("ARCHITECTURE.md names files and functions that exist", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const source = filesBelow(root, "src", ".ts")
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");
  const missing: string[] = [];
  for (const [, name = ""] of text.replace(/```[\s\S]*?```/g, "").matchAll(/`([^`\s]+)`/g)) {
    if (/^[\w./-]+\.(?:ts|json|md)$/.test(name) || name.endsWith("/")) {
      if (!existsSync(join(root, name)) && !existsSync(join(root, "src", name))) missing.push(name);
    } else if (
      /^[A-Za-z]+(?:\.[a-z]\w*)?$/.test(name) &&
      !new RegExp(`\\b${name.split(".").pop()}\\b`).test(source)
    ) {
      missing.push(name);
    }
  }
  expect(missing).toEqual([]);
  expect(text.split("\n").length).toBeLessThanOrEqual(150);
});

interface Examined {
  readonly types: Map<Example, string[]>;
  /** Of those that ran: the error, or `undefined`. */
  readonly runs: Map<string, string | undefined>;
  /** Examples that register tests. */
  readonly suites: readonly { readonly name: string; readonly file: string }[];
}

/** Type-checks and runs examples in a folder of the checkout. */
async function examine(folder: string, list: readonly Example[]): Promise<Examined> {
  const files = writeModules(root, folder, list, names);
  const types = typeErrors(root, files);
  const { programs, suites } = emitPrograms(root, folder, files);
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
  return { types, runs, suites };
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

function fence(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\`\n`;
}
