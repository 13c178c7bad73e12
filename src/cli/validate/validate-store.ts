/**
 * Validates all metadata below a place.
 *
 * @module
 */
import type { AbortOptions } from "../../base/async.ts";
import { throwIfAborted } from "../../base/async.ts";
import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { JsonObject } from "../../base/json.ts";
import { equalJson } from "../../base/json-write.ts";
import { canList } from "../../compute/listing.ts";
import { own } from "../../metadata/document.ts";
import { nodeNameProblem } from "../../metadata/node-name.ts";
import type { StorePath } from "../../storage/store-path.ts";
import { checkArrayV2, checkGroupV2 } from "./array-v2.ts";
import { checkV3 } from "./array-v3.ts";
import { checkConsolidatedV2, checkConsolidatedV3 } from "./consolidated.ts";
import type { Known } from "./consolidated.ts";
import { Findings } from "./deviation.ts";
import type { Deviation } from "./deviation.ts";
import { documentsAt, findNodes, jsonOf, keyBelow } from "./find-documents.ts";
import type { DocumentName, FoundNode } from "./find-documents.ts";
import { readDocument } from "./json-checks.ts";
import type { ArrayAt } from "./ome.ts";
import { checkOme } from "./ome.ts";

/** What validation found. */
export interface Validation {
  readonly arrays: number;
  readonly groups: number;
  readonly deviations: readonly Deviation[];
}

/** Options of `validateStore`. */
export interface ValidateOptions extends AbortOptions {
  /** Default: both formats. */
  readonly zarrFormat?: 2 | 3 | undefined;
  /** Called with the number of nodes seen so far. */
  readonly onNode?: ((count: number) => Promise<void>) | undefined;
}

/** A node whose documents have been read. */
interface SeenNode {
  readonly path: string;
  readonly kind: "array" | "group" | undefined;
  readonly json: ReadonlyMap<DocumentName, JsonObject>;
}

/** Checks every metadata document below a place, and how they fit together. */
export async function validateStore(at: StorePath, options: ValidateOptions = {}): Promise<Validation> {
  const formats = options.zarrFormat === undefined ? ([2, 3] as const) : [options.zarrFormat];
  const deviations: Deviation[] = [];
  const nodes: SeenNode[] = [];
  for await (const found of findNodes(at, formats, options)) {
    throwIfAborted(options.signal);
    nodes.push(await checkNode(found, deviations));
    await options.onNode?.(nodes.length);
  }
  checkAncestors(nodes, at.path, deviations);
  const documents = new Map<string, JsonObject>();
  for (const { path, json } of nodes)
    for (const [name, each] of json) documents.set(keyBelow(path, name), each);
  const listed = await canList(at, options);
  for (const node of nodes) {
    throwIfAborted(options.signal);
    await checkConsolidated(node, listed ? nodes : undefined, { at, documents }, deviations, options);
    await checkAttributes(node, { at, documents }, deviations, options);
  }
  const count = (kind: SeenNode["kind"]): number => nodes.filter((node) => node.kind === kind).length;
  return { arrays: count("array"), groups: count("group"), deviations };
}

async function checkNode({ path, documents }: FoundNode, deviations: Deviation[]): Promise<SeenNode> {
  const json = new Map<DocumentName, JsonObject>();
  let kind: SeenNode["kind"];
  const findingsOf = (name: DocumentName, rule: string): Findings =>
    new Findings(deviations, { path, key: keyBelow(path, name), rule });
  for (const [name, bytes] of documents) {
    const findings = findingsOf(name, name === "zarr.json" ? "zarr-v3" : "zarr-v2");
    const document = readDocument(bytes, findings);
    if (document === undefined) continue;
    json.set(name, document);
    if (name === "zarr.json") kind = await checkV3(document, findings);
    else if (name === ".zarray") {
      await checkArrayV2(document, findings);
      kind ??= "array";
    } else if (name === ".zgroup") {
      checkGroupV2(document, findings);
      kind ??= "group";
    }
  }
  const first = [...documents.keys()][0];
  if (first !== undefined) checkPlace(path, kind, documents, json, findingsOf(first, "zarr"));
  return { path, kind, json };
}

function checkPlace(
  path: string,
  kind: SeenNode["kind"],
  documents: FoundNode["documents"],
  json: ReadonlyMap<DocumentName, JsonObject>,
  findings: Findings,
): void {
  const name = path.slice(path.lastIndexOf("/") + 1);
  // Only Zarr 3 reserves names that begin with "__"; AnnData has such groups in Zarr 2.
  const isV3 = documents.has("zarr.json");
  const problem =
    path === "" || (!isV3 && name.startsWith("__")) ? undefined : nodeNameProblem(name, isV3 ? 3 : 2);
  if (problem !== undefined) findings.error("", `The name of the node ${JSON.stringify(name)} ${problem}.`);
  if (documents.has(".zarray") && documents.has(".zgroup"))
    findings.error("", "There are .zarray and .zgroup: a node is an array or a group.");
  if (
    kind === undefined &&
    documents.size > 0 &&
    [...documents.keys()].every((key) => key === ".zattrs" || key === ".zmetadata")
  )
    findings.warning(
      "",
      "There are attributes or consolidated metadata, but no array or group that they belong to.",
    );
  const [v3, v2] = [json.get("zarr.json"), json.get(".zarray") ?? json.get(".zgroup")];
  if (v3 === undefined || v2 === undefined) return;
  const isArrayV2 = json.has(".zarray");
  const [shape3, shape2] = [own(v3, "shape"), own(v2, "shape")];
  const same =
    (own(v3, "node_type") === "array") === isArrayV2 &&
    (!isArrayV2 || (shape3 !== undefined && shape2 !== undefined && equalJson(shape3, shape2)));
  if (!same)
    findings.warning(
      "",
      "The documents of formats 2 and 3 disagree; readers see another node with each format.",
    );
}

/** Readers find members through the groups above them. */
function checkAncestors(nodes: readonly SeenNode[], root: string, deviations: Deviation[]): void {
  const groups = new Set(nodes.filter(({ kind }) => kind !== "array").map(({ path }) => path));
  const reported = new Set<string>();
  for (const { path, json } of nodes) {
    if (path === root) continue;
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (groups.has(parent) || reported.has(parent)) continue;
    reported.add(parent);
    const isV3 = json.has("zarr.json");
    const key = keyBelow(parent, isV3 ? "zarr.json" : ".zgroup");
    new Findings(deviations, { path: parent, key, rule: isV3 ? "zarr-v3" : "zarr-v2" }).warning(
      "",
      `There are nodes below ${JSON.stringify(parent)}, for example ${JSON.stringify(path)}, but no group; readers that list members do not find them.`,
    );
  }
}

async function checkConsolidated(
  { path, json, kind }: SeenNode,
  nodes: readonly SeenNode[] | undefined,
  { at, documents }: Pick<Known, "at" | "documents">,
  deviations: Deviation[],
  options: AbortOptions,
): Promise<void> {
  const known = (isFormat: (node: SeenNode) => boolean): Known => ({
    at,
    documents,
    // A reader of consolidated metadata finds nodes through groups that are in it.
    paths: nodes === undefined ? undefined : new Set(nodes.filter(isFormat).map((node) => node.path)),
  });
  const v3 = json.get("zarr.json");
  if (v3 !== undefined && kind === "group" && Object.hasOwn(v3, "consolidated_metadata")) {
    const findings = new Findings(deviations, {
      path,
      key: keyBelow(path, "zarr.json"),
      rule: "consolidated",
    });
    const isV3 = (node: SeenNode): boolean => node.json.has("zarr.json");
    await checkConsolidatedV3(own(v3, "consolidated_metadata"), findings, known(isV3), options);
  }
  const v2 = json.get(".zmetadata");
  if (v2 !== undefined) {
    const findings = new Findings(deviations, {
      path,
      key: keyBelow(path, ".zmetadata"),
      rule: "consolidated",
    });
    const isV2 = (node: SeenNode): boolean => node.json.has(".zarray") || node.json.has(".zgroup");
    await checkConsolidatedV2(v2, findings, known(isV2), options);
  }
}

async function checkAttributes(
  { path, json }: SeenNode,
  { at, documents }: Pick<Known, "at" | "documents">,
  deviations: Deviation[],
  options: AbortOptions,
): Promise<void> {
  const lookUp = async (relative: string): Promise<ReadonlyMap<DocumentName, JsonObject>> => {
    const target = keyBelow(path, normalized(relative));
    const found = new Map<DocumentName, JsonObject>();
    for (const name of ["zarr.json", ".zarray", ".zgroup"] as const) {
      const document = documents.get(keyBelow(target, name));
      if (document !== undefined) found.set(name, document);
    }
    if (found.size > 0 || normalized(relative).includes("..")) return found;
    for (const [name, bytes] of (await documentsAt(at, target, [2, 3], options)).documents) {
      const document = jsonOf(bytes);
      if (document !== undefined) found.set(name, document);
    }
    return found;
  };
  for (const zarrFormat of [2, 3] as const) {
    const name = zarrFormat === 3 ? "zarr.json" : ".zattrs";
    const document = json.get(name);
    const attributes = zarrFormat === 3 && document !== undefined ? own(document, "attributes") : document;
    if (!isJsonObject(attributes)) continue;
    await checkOme(
      {
        attributes,
        zarrFormat,
        path,
        key: keyBelow(path, name),
        arrayAt: async (relative) => arrayIn(await lookUp(relative)),
        hasNode: async (relative) => (await lookUp(relative)).size > 0,
      },
      deviations,
    );
  }
}

/** Paths in attributes are hostile as everything else: they name nodes below, and nothing outside. */
function normalized(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function arrayIn(documents: ReadonlyMap<DocumentName, JsonObject>): ArrayAt | undefined {
  const v3 = documents.get("zarr.json");
  const document = v3 ?? documents.get(".zarray");
  const shape = document === undefined ? undefined : own(document, "shape");
  if (document === undefined || !isJsonArray(shape)) return undefined;
  const names = own(document, "dimension_names");
  const separator = own(document, "dimension_separator");
  return {
    zarrFormat: v3 === undefined ? 2 : 3,
    shape: shape.map(Number),
    dimensionNames: isJsonArray(names)
      ? names.map((name) => (name === null ? null : String(name)))
      : undefined,
    separator: typeof separator === "string" ? separator : ".",
  };
}
