/**
 * Finds the examples of the documentation: the `ts` fences of Markdown pages and of `@example` in docstrings.
 *
 * A trailing comment after an expression statement says what the expression gives: the fence
 * `z.chunks; // [10, 10]` fails when it gives anything else. A fence that is marked `ts no-run` is
 * type-checked and not run; only such a fence may hold `…` in its code, and is then not checked at all.
 *
 * @module
 */
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";

/** One fence. */
export interface Example {
  /** Where it is, for people: `docs/guide/storage.md:12`. */
  readonly name: string;
  /** Unique, and a file name. */
  readonly id: string;
  /** A page's example imports what it uses; a docstring's may leave that out. */
  readonly kind: "page" | "docstring";
  readonly code: string;
  /** Line of the first line of code in its file, counted from 1. */
  readonly line: number;
  readonly runs: boolean;
}

/** The examples of all pages and docstrings of a checkout. */
export function findExamples(root: string): Example[] {
  const pages = ["README.md", ...filesBelow(root, "docs", ".md")];
  const sources = filesBelow(root, "src", ".ts").filter((file) => !/\.test(-d)?\.ts$/.test(file));
  return [
    ...pages.flatMap((file) => pageExamples(file, readFileSync(join(root, file), "utf8"))),
    ...sources.flatMap((file) => docstringExamples(file, readFileSync(join(root, file), "utf8"))),
  ];
}

/** The fences of a Markdown page. */
export function pageExamples(file: string, text: string): Example[] {
  return fencesOf(text.split("\n"), "page", file, 1);
}

/** The fences below `@example` in docstrings. An `@example` without a fence is an error. */
export function docstringExamples(file: string, text: string): Example[] {
  const found: Example[] = [];
  for (const match of text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)) {
    const [comment] = match;
    if (!comment.includes("@example")) continue;
    const firstLine = text.slice(0, match.index).split("\n").length;
    const lines = comment.split("\n").map((line) => line.replace(/^\s*\*(?!\/) ?/, ""));
    const fences = fencesOf(lines, "docstring", file, firstLine);
    if (fences.length < lines.filter((line) => line.startsWith("@example")).length)
      throw new Error(`${file}:${firstLine}: an @example has no ts fence.`);
    found.push(...fences);
  }
  return found;
}

function fencesOf(
  lines: readonly string[],
  kind: Example["kind"],
  file: string,
  firstLine: number,
): Example[] {
  const found: Example[] = [];
  let open: { readonly info: string; readonly at: number } | undefined;
  for (const [at, line] of lines.entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) continue;
    if (open === undefined) {
      open = { info: (fence[1] ?? "").trim(), at };
      continue;
    }
    const [language, ...flags] = open.info.split(/\s+/);
    if (language === "ts") {
      const code = lines.slice(open.at + 1, at).join("\n");
      const codeLine = firstLine + open.at + 1;
      const runs = !flags.includes("no-run");
      if (runs && withoutComments(code).includes("…"))
        throw new Error(`${file}:${codeLine}: an example with … in its code is marked \`ts no-run\`.`);
      const id = `${file.replace(/[^A-Za-z0-9]+/g, "-")}-${codeLine}`;
      found.push({ name: `${file}:${codeLine}`, id, kind, code, line: codeLine, runs });
    }
    open = undefined;
  }
  return found;
}

/** Is the fence one that shows a form and is no program? */
export function isSketch(example: Example): boolean {
  return withoutComments(example.code).includes("…");
}

function withoutComments(code: string): string {
  return code.replace(/\/\/.*$/gm, "").replace(/\/\*[\s\S]*?\*\//g, "");
}

/** Paths below a folder of a checkout, with `/`, sorted. */
export function filesBelow(root: string, folder: string, extension: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)).split(sep).join("/"))
    .filter((name) => name.endsWith(extension))
    .sort();
}

/** Where names come from, for docstrings that leave imports out. */
export class NameIndex {
  readonly #entries = new Map<string, string>();
  readonly #sources = new Map<string, string>();
  readonly #ownNames = new Map<string, Set<string>>();

  constructor(root: string) {
    const manifest: { exports: Record<string, unknown> } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (typeof target === "string") continue; // files, no modules
      const source = join(root, "src", `${entry === "." ? "index" : entry.slice(2)}.ts`);
      for (const name of exportedNames(source)) {
        if (!this.#entries.has(name)) this.#entries.set(name, entry.replace(/^\./, "zarrkit"));
      }
    }
    for (const file of filesBelow(root, "src", ".ts")) {
      if (file.split("/").length < 3 || /\.test(-d)?\.ts$/.test(file)) continue;
      const names = new Set(exportedNames(join(root, file)));
      this.#ownNames.set(file, names);
      for (const name of names) if (!this.#sources.has(name)) this.#sources.set(name, file);
    }
  }

  /**
   * Import lines for the names that a fence uses and does not declare: from the public entries, or, when one
   * of them is internal, all from their sources below `sources`.
   */
  importsFor(code: string, file: string, sources: string): string {
    const names = freeNames(code).filter((name) => this.#entries.has(name) || this.#sources.has(name));
    const own = this.#ownNames.get(file);
    const isPublic = names.every((name) => this.#entries.has(name));
    const from = new Map<string, string[]>();
    for (const name of names) {
      const source = own?.has(name) === true ? file : this.#sources.get(name);
      const entry = this.#entries.get(name);
      const specifier =
        isPublic && entry !== undefined
          ? entry
          : relative("src", source ?? "")
              .split(sep)
              .join("/");
      from.set(specifier, [...(from.get(specifier) ?? []), name]);
    }
    return [...from]
      .map(([specifier, list]) => {
        const path = specifier.startsWith("zarrkit") ? specifier : `${sources}/${specifier}`;
        return `import { ${list.join(", ")} } from ${JSON.stringify(path)};`;
      })
      .join(" ");
  }
}

function exportedNames(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, false);
  const names: string[] = [];
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined) {
      if (ts.isNamedExports(statement.exportClause))
        for (const { name } of statement.exportClause.elements) names.push(name.text);
      continue;
    }
    if (!ts.canHaveModifiers(statement)) continue;
    const isExported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (isExported !== true) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        if (ts.isIdentifier(name)) names.push(name.text);
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement)) &&
      statement.name !== undefined
    ) {
      names.push(statement.name.text);
    }
  }
  return names;
}

/** Names that a program uses and nowhere declares. */
function freeNames(code: string): string[] {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  visit(source);
  return [...used].filter((name) => !declared.has(name)).sort();

  function visit(node: ts.Node): void {
    if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) return; // names of another module
    if (ts.isIdentifier(node))
      (isDeclaration(node) ? declared : isMember(node) ? new Set() : used).add(node.text);
    ts.forEachChild(node, visit);
  }
}

function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  const named =
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent);
  return named && parent.name === node;
}

/** Is this the name of a property, which says nothing about what is in scope? */
function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isImportTypeNode(parent)) return true;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isGetAccessorDeclaration(parent)) &&
    parent.name === node
  );
}
