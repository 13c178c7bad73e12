/**
 * Turns examples into modules, type-checks all of them in one program, and makes JavaScript that checks what
 * their comments say.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

import type { Example, NameIndex } from "./extract.ts";
import { isSketch } from "./extract.ts";

/** As a consumer compiles: strict, and with Node's resolution. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
  allowImportingTsExtensions: true,
};

/** Writes the examples as TypeScript into a folder of the checkout; the file of each. */
export function writeModules(
  root: string,
  folder: string,
  examples: readonly Example[],
  names: NameIndex,
): Map<Example, string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sources = relative(folder, join(root, "src")).replaceAll("\\", "/");
  const files = new Map<Example, string>();
  for (const example of examples) {
    if (isSketch(example)) continue;
    const file = join(folder, `${example.id}.mts`);
    const path = example.name.slice(0, example.name.lastIndexOf(":"));
    // One line, so that line numbers of messages are right but for this one.
    const imports = example.kind === "page" ? "" : names.importsFor(example.code, path, sources);
    writeFileSync(file, `${imports}\n${example.code}\nexport {};\n`);
    files.set(example, file);
  }
  return files;
}

/** What the compiler says of each example; one program for all of them. */
export function typeErrors(root: string, files: ReadonlyMap<Example, string>): Map<Example, string[]> {
  const host = ts.createCompilerHost(OPTIONS);
  host.getCurrentDirectory = () => root;
  const program = ts.createProgram([...files.values()], OPTIONS, host);
  const errors = new Map<Example, string[]>();
  for (const [example, file] of files) {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    errors.set(
      example,
      found.map(({ start = 0, messageText }) => {
        const line = source?.getLineAndCharacterOfPosition(start).line ?? 1;
        const path = example.name.slice(0, example.name.lastIndexOf(":"));
        return `${path}:${example.line + line - 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
      }),
    );
  }
  return errors;
}

/** Imports of a test runner; such an example is run by Node's, as the forms are the same. */
const RUNNERS = /from "(?:vitest|node:test)"/;

/** Writes JavaScript beside the examples that run, and what they import of `src`; the modules to run, and those for a test runner. */
export function emitPrograms(
  root: string,
  folder: string,
  files: ReadonlyMap<Example, string>,
): { programs: { id: string; file: string }[]; suites: { name: string; file: string }[] } {
  const src = join(root, "src");
  const copied = new Set<string>();
  const programs: { id: string; file: string }[] = [];
  const suites: { name: string; file: string }[] = [];
  for (const [example, file] of files) {
    if (!example.runs && !RUNNERS.test(example.code)) continue;
    const code = withChecks(readFileSync(file, "utf8"), example);
    for (const specifier of importsOf(code)) {
      if (specifier.startsWith(".")) copySource(resolve(folder, specifier));
    }
    const sources = JSON.stringify(`${relative(folder, src).replaceAll("\\", "/")}/`).slice(0, -1);
    const output = transpile(code.replaceAll(sources, '"./src/'), file);
    const target = file.replace(/\.mts$/, example.runs ? ".mjs" : ".test.mjs");
    writeFileSync(target, output.replace(RUNNERS, 'from "node:test"'));
    if (example.runs) programs.push({ id: example.id, file: target });
    else suites.push({ name: example.name, file: target });
  }
  return { programs, suites };

  /** Transpiles a source and all that it imports. */
  function copySource(file: string): void {
    if (copied.has(file) || !existsSync(file)) return; // what is not there is a type error of the example
    copied.add(file);
    const code = readFileSync(file, "utf8");
    const target = join(folder, "src", relative(src, file)).replace(/\.ts$/, ".js");
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transpile(code, file));
    for (const specifier of importsOf(code)) {
      if (specifier.startsWith(".")) copySource(resolve(dirname(file), specifier));
    }
  }
}

function transpile(code: string, fileName: string): string {
  return ts.transpileModule(code, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText;
}

function importsOf(code: string): string[] {
  return ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName);
}

/**
 * Wraps each expression statement that has a trailing comment: `f(); // 1` becomes
 * `await checkExample(async () => (f()), "1", line)`. After `// gives:` the comment lines below are what it gives.
 */
export function withChecks(code: string, example: Example): string {
  const source = ts.createSourceFile("example.mts", code, ts.ScriptTarget.ES2022, true);
  const lines = code.split("\n");
  const edits: { start: number; end: number; text: string }[] = [];
  visit(source);
  let result = code;
  for (const { start, end, text } of edits.reverse())
    result = result.slice(0, start) + text + result.slice(end);
  return result;

  function visit(node: ts.Node): void {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return; // `await` may not be possible there
    if (ts.isExpressionStatement(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.end);
      const expected = expectation(code.slice(node.end), line);
      if (expected !== undefined) {
        const place = JSON.stringify(
          `${example.name.slice(0, example.name.lastIndexOf(":"))}:${example.line + line - 1}`,
        );
        const expression = code.slice(node.expression.getStart(), node.expression.end);
        const text = `await checkExample(async () => (${expression}), ${JSON.stringify(expected)}, ${place});`;
        edits.push({ start: node.getStart(), end: node.end, text });
      }
    }
    ts.forEachChild(node, visit);
  }

  function expectation(rest: string, line: number): string | undefined {
    const comment = /^[ \t]*\/\/[ \t]?(.*)/.exec(rest)?.[1];
    if (comment === undefined) return undefined;
    if (comment.trim() !== "gives:") return comment.trim();
    const below: string[] = [];
    for (let next = line + 1; /^\s*\/\//.test(lines[next] ?? ""); next++)
      below.push((lines[next] ?? "").replace(/^\s*\/\/ ?/, ""));
    return below.join("\n");
  }
}
