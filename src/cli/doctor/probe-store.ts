/**
 * Probes of a store, through the library, as a reader asks it.
 *
 * @module
 */
import { open } from "../../array/open.ts";
import { ZarrArray } from "../../array/zarr-array.ts";
import type { ZarrNode } from "../../array/zarr-group.ts";
import type { AbortOptions } from "../../base/async.ts";
import { throwIfAborted } from "../../base/async.ts";
import { isZarrError } from "../../base/errors.ts";
import { chunkKey } from "../../compute/new-array.ts";
import { regionSelection } from "../../compute/region.ts";
import type { StorePath } from "../../storage/store-path.ts";
import type { Findings } from "./finding.ts";
import { oneLine } from "./finding.ts";

/** A value that is there, to ask for parts of. */
export interface Sample {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** Opens what is there, and reads one chunk of it. @returns a value to probe further, where there is one. */
export async function probeStore(
  at: StorePath,
  findings: Findings,
  options: AbortOptions,
): Promise<Sample | undefined> {
  const node = await opened(at, findings, options);
  if (node === undefined) return await anyDocument(at, options);
  if (!(node instanceof ZarrArray)) {
    if (node.isConsolidated) findings.ok("consolidated metadata", "All nodes are known after one request.");
    else
      findings.warn(
        "consolidated metadata",
        `There is none: each node costs a request${at.store.supportsListing ? "" : ", and members cannot be found, as this store cannot be listed"}.`,
        "zarrkit consolidate, where the store can be written",
      );
  }
  await probeListing(at, findings, options);
  await probeMissingKey(at, findings, options);
  return (await probeChunk(node, findings, options)) ?? (await anyDocument(at, options));
}

async function opened(
  at: StorePath,
  findings: Findings,
  options: AbortOptions,
): Promise<ZarrNode | undefined> {
  try {
    const node = await open(at, options);
    findings.ok(
      "node",
      `${node instanceof ZarrArray ? "An array" : "A group"} of Zarr format ${node.zarrFormat}.`,
    );
    return node;
  } catch (error) {
    throwIfAborted(options.signal);
    const status = isZarrError(error) ? error.status : undefined;
    if (isZarrError(error) && error.name === "NodeNotFoundError")
      findings.fail(
        "node",
        `There is neither zarr.json nor .zarray nor .zgroup at ${String(at)}.`,
        "Look whether the address ends where the .zarr folder does; zarrkit ls --keys shows what is there.",
      );
    else if (status === 401 || status === 403)
      findings.fail(
        "node",
        oneLine(error),
        "Give credentials (--storage-option key=…, profile=…, headers={…}), or anon=true for public data.",
      );
    else findings.fail("node", oneLine(error), "zarrkit validate says more about metadata.");
    return undefined;
  }
}

async function probeListing(at: StorePath, findings: Findings, options: AbortOptions): Promise<void> {
  if (!at.store.supportsListing) {
    findings.skip("listing", "This kind of store cannot be listed.");
    return;
  }
  try {
    for await (const name of at.store.listDir(at.path, options)) {
      findings.ok("listing", `Found ${JSON.stringify(name)}.`);
      return;
    }
    findings.warn(
      "listing",
      "The listing is empty, though there is a node.",
      "Allow listing to whoever reads.",
    );
  } catch (error) {
    throwIfAborted(options.signal);
    findings.warn(
      "listing",
      oneLine(error),
      "Allow listing (s3:ListBucket) to whoever reads, or consolidate metadata: members are then found without it.",
    );
  }
}

async function probeMissingKey(at: StorePath, findings: Findings, options: AbortOptions): Promise<void> {
  const key = missingKey(at.path);
  try {
    const found = await at.store.get(key, undefined, options);
    if (found === undefined) findings.ok("missing key", "A key that is not there is missing.");
    else
      findings.fail(
        "missing key",
        `A key that is not there has ${found.length} bytes: they would be taken for a chunk.`,
        "Answer 404 for what is not there.",
      );
  } catch (error) {
    throwIfAborted(options.signal);
    findings.fail(
      "missing key",
      `A key that is not there is an error, so that chunks that were never written are, too: ${oneLine(error)}`,
      "Allow listing (s3:ListBucket) to whoever reads, or read with the store option allowedExceptions.",
    );
  }
}

/** A key below a path that nobody has. */
export function missingKey(path: string): string {
  return `${path === "" ? "" : `${path}/`}zarrkit-doctor-asks-for-what-is-not-there`;
}

/** Reads and decodes the first chunk of the first array. */
async function probeChunk(
  node: ZarrNode,
  findings: Findings,
  options: AbortOptions,
): Promise<Sample | undefined> {
  const array = await firstArray(node, findings, options);
  if (array === undefined) return undefined;
  const index = array.shape.map(() => 0);
  if (array.size === 0) {
    findings.skip("chunk", `${array.name} has no elements.`);
    return undefined;
  }
  const key = chunkKey(array, index);
  try {
    await array.get(regionSelection(array.shape.map(() => [0, 1] as const)), options);
    const bytes = await array.store.get(key, undefined, options);
    if (bytes === undefined) {
      findings.skip("chunk", `The first chunk of ${array.name} is not stored.`);
      return undefined;
    }
    findings.ok("chunk", `The first chunk of ${array.name} decodes (${bytes.length} bytes).`);
    return { key, bytes };
  } catch (error) {
    throwIfAborted(options.signal);
    findings.fail("chunk", oneLine(error), "zarrkit verify tells which chunks are damaged.");
    return undefined;
  }
}

async function firstArray(
  node: ZarrNode,
  findings: Findings,
  options: AbortOptions,
): Promise<ZarrArray | undefined> {
  if (node instanceof ZarrArray) return node;
  try {
    for await (const [, array] of node.arrays({ ...options, maxDepth: null })) return array;
    findings.skip("chunk", "There is no array.");
  } catch (error) {
    throwIfAborted(options.signal);
    findings.skip("chunk", `No array can be found: ${oneLine(error)}`);
  }
  return undefined;
}

/** A metadata document, where there is no chunk. */
async function anyDocument(at: StorePath, options: AbortOptions): Promise<Sample | undefined> {
  for (const name of ["zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"]) {
    const key = at.path === "" ? name : `${at.path}/${name}`;
    const bytes = await at.store.get(key, undefined, options).catch(() => undefined);
    if (bytes !== undefined) return { key, bytes };
  }
  return undefined;
}
