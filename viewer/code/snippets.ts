/**
 * Code that opens what is seen. Pure.
 *
 * @module
 */
import type { Source } from "../protocol.ts";

/** What a snippet opens. */
export interface SnippetTarget {
  readonly source: Source;
  readonly path: string;
  readonly kind: "array" | "group";
  /** What is read of an array, in NumPy's notation. */
  readonly selection: string;
}

/** Code in one language. */
export interface Snippet {
  readonly name: string;
  readonly language: "ts" | "python" | "sh";
  readonly code: string;
}

/** `3, 10:20, :` for ranges of an array; one element is an integer where the axis is not among `kept`. */
export function selectionText(
  shape: readonly number[],
  ranges: readonly (readonly [start: number, stop: number])[],
  kept: readonly number[],
): string {
  if (shape.length === 0) return "...";
  return ranges
    .map(([start, stop], axis) => {
      if (!kept.includes(axis) && stop === start + 1) return String(start);
      if (start <= 0 && stop >= shape[axis]!) return ":";
      return `${start}:${stop}`;
    })
    .join(", ");
}

/** zarrkit, zarr-python and the command. */
export function snippetsFor(target: SnippetTarget): readonly Snippet[] {
  return [
    { name: "TypeScript", language: "ts", code: typescriptFor(target) },
    { name: "Python", language: "python", code: pythonFor(target) },
    { name: "Command line", language: "sh", code: commandFor(target) },
  ];
}

function typescriptFor({ source, path, kind, selection }: SnippetTarget): string {
  const open = kind === "array" ? "openArray" : "openGroup";
  const options = [
    ...(path === "" ? [] : [`path: ${JSON.stringify(path)}`]),
    `mode: "r"`,
    ...(hasOptions(source) ? [`storageOptions: ${JSON.stringify(optionsOf(source))}`] : []),
  ].join(", ");
  const read =
    kind === "array"
      ? `const part = await z.get(${JSON.stringify(selection)});`
      : "for await (const [name, node] of group.members()) console.log(name, String(node));";
  return [
    `import { ${open} } from "zarrkit";`,
    "",
    `const ${kind === "array" ? "z" : "group"} = await ${open}(${JSON.stringify(placeOf(source))}, { ${options} });`,
    read,
  ].join("\n");
}

function pythonFor({ source, path, kind, selection }: SnippetTarget): string {
  const open = kind === "array" ? "open_array" : "open_group";
  const isZip = isArchive(source);
  const isRemote = source.kind === "url" && /^[a-z][a-z0-9+.-]+:/i.test(source.url);
  const place = JSON.stringify(placeOf(source));
  const lines: string[] = [];
  const variable = kind === "array" ? "z" : "group";
  const arguments_: string[] = [];
  if (isZip && isRemote) {
    lines.push("import fsspec  # with aiohttp for HTTP", "import zarr", "");
    lines.push(
      `with fsspec.open(${place}${pythonOptions(source)}) as remote, open("data.zip", "wb") as local:`,
    );
    lines.push("    local.write(remote.read())");
    lines.push('store = zarr.storage.ZipStore("data.zip", mode="r")');
    arguments_.push("store");
  } else if (isZip) {
    lines.push("import zarr", "", `store = zarr.storage.ZipStore(${place}, mode="r")`);
    arguments_.push("store");
  } else {
    lines.push(
      isRemote ? "import zarr  # with fsspec, and aiohttp for HTTP or s3fs for S3" : "import zarr",
      "",
    );
    arguments_.push(place);
  }
  if (path !== "") arguments_.push(`path=${JSON.stringify(path)}`);
  arguments_.push('mode="r"');
  if (!isZip && hasOptions(source)) arguments_.push(`storage_options=${pythonLiteral(optionsOf(source))}`);
  lines.push(`${variable} = zarr.${open}(${arguments_.join(", ")})`);
  if (kind === "array") lines.push(`part = z[${selection}]`);
  else lines.push("for name, node in group.members():", "    print(name, node)");
  return lines.join("\n");
}

function pythonOptions(source: Source): string {
  return hasOptions(source)
    ? `, ${Object.entries(optionsOf(source))
        .map(([name, value]) => `${name}=${pythonLiteral(value)}`)
        .join(", ")}`
    : "";
}

function commandFor({ source, path, kind, selection }: SnippetTarget): string {
  const options = Object.entries(optionsOf(source)).map(
    ([name, value]) => `--storage-option ${quoted(`${name}=${String(value)}`)}`,
  );
  const command = kind === "array" ? "get" : "tree";
  const select = kind === "array" ? [`--select ${quoted(selection)}`] : [];
  return [
    "npx",
    "zarrkit",
    command,
    quoted(placeOf(source)),
    ...(path === "" ? [] : [quoted(path)]),
    ...select,
    ...options,
  ].join(" ");
}

/** For the shells of Unix. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function placeOf(source: Source): string {
  return source.kind === "url" ? source.url : source.name;
}

/** Options that are secrets stay out of what is copied. */
function optionsOf(source: Source): Record<string, unknown> {
  if (source.kind !== "url") return {};
  const isSecret = /key|secret|token|password|credential|signature|header/i;
  return Object.fromEntries(Object.entries(source.storageOptions).filter(([name]) => !isSecret.test(name)));
}

function hasOptions(source: Source): boolean {
  return Object.keys(optionsOf(source)).length > 0;
}

function isArchive(source: Source): boolean {
  return (
    source.kind === "file" ||
    (source.kind === "url" && /\.(?:zip|ozx)$/i.test(source.url.replace(/[?#].*$/s, "")))
  );
}

function pythonLiteral(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([name, item]) => `${JSON.stringify(name)}: ${pythonLiteral(item)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}
