/**
 * What `zarrkit ls` does.
 *
 * @module
 */
import { mapLimited } from "../base/async.ts";
import { stringifyJson } from "../base/json-write.ts";
import { pythonTuple } from "../array/print.ts";
import { ZarrArray } from "../array/zarr-array.ts";
import type { ZarrNode } from "../array/zarr-group.ts";
import type { StorePath } from "../storage/store-path.ts";
import type { CliContext } from "./command-context.ts";
import type { LsFlags } from "./ls.ts";
import { dtypeText, listingFacts, shapeIfRegular } from "./node-facts.ts";
import { withNode, withStorePath } from "./open-place.ts";
import { painter, safeText } from "./terminal-text.ts";

/** Keys whose sizes are asked for at a time. */
const SIZES_AT_ONCE = 10;
const KEY_BATCH = 200;

/** Lists members or keys. Names are printed as they are found; a long listing is aligned, so it is printed whole. */
export async function runLs(context: CliContext, flags: LsFlags, url: string, path?: string): Promise<void> {
  const place = { url, path, flags, signal: context.signal };
  if (flags.keys === true) await withStorePath(place, (at) => listKeys(context, flags, at));
  else await withNode(place, (node) => listMembers(context, flags, node));
}

async function listMembers(context: CliContext, flags: LsFlags, node: ZarrNode): Promise<void> {
  const { signal, io } = context;
  const json = flags.json === true ? new JsonList(context) : undefined;
  const long: [string, ZarrNode][] = [];
  const paint = painter(io.stdout);
  for await (const [name, member] of membersOf(node, flags.recursive === true, signal)) {
    if (json !== undefined) await json.add(listingFacts(name, member));
    else if (flags.long === true) long.push([name, member]);
    else await io.stdout.write(`${nameText(name, member, paint)}\n`);
  }
  await json?.end();
  if (long.length > 0) await io.stdout.write(longListing(long, paint));
}

/** The members of a group; an array lists itself, as `ls` does with a file. */
async function* membersOf(
  node: ZarrNode,
  recursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<[string, ZarrNode], void, undefined> {
  if (node instanceof ZarrArray) yield [node.path === "" ? "/" : node.path, node];
  else yield* node.members({ maxDepth: recursive ? null : 0, signal });
}

function nameText(name: string, node: ZarrNode, paint: ReturnType<typeof painter>): string {
  return node instanceof ZarrArray ? safeText(name) : paint("blue", safeText(name));
}

function longListing(
  members: readonly (readonly [string, ZarrNode])[],
  paint: ReturnType<typeof painter>,
): string {
  const rows = members.map(([name, node]) => {
    if (!(node instanceof ZarrArray))
      return { cells: ["group", "", "", ""], name: nameText(name, node, paint) };
    const chunks = shapeIfRegular(() => node.chunks);
    const cells = [
      "array",
      pythonTuple(node.shape),
      safeText(dtypeText(node)),
      chunks === undefined ? "<variable>" : pythonTuple(chunks),
    ];
    return { cells, name: nameText(name, node, paint) };
  });
  const widths = [0, 1, 2, 3].map((i) =>
    rows.reduce((most, { cells }) => Math.max(most, cells[i]!.length), 0),
  );
  const lines = rows.map(({ cells, name }) => {
    const padded = cells.map((cell, i) => cell.padEnd(widths[i]!));
    return `${padded.join("  ")}  ${name}\n`;
  });
  return lines.join("");
}

async function listKeys(context: CliContext, flags: LsFlags, at: StorePath): Promise<void> {
  const { io, signal } = context;
  const { store } = at;
  const json = flags.json === true ? new JsonList(context) : undefined;
  const prefix = at.path === "" ? "" : `${at.path}/`;
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    const sizes =
      flags.long === true
        ? await mapLimited(batch, SIZES_AT_ONCE, (key) => store.getSize(key, { signal }), { signal })
        : undefined;
    for (const [i, key] of batch.entries()) {
      const size = sizes?.[i];
      if (json !== undefined) await json.add(size === undefined ? key : { key, size });
      else
        await io.stdout.write(
          `${size === undefined ? "" : `${String(size).padStart(12)}  `}${safeText(key)}\n`,
        );
    }
    batch = [];
  };
  for await (const key of store.listPrefix(prefix, { signal })) {
    if (batch.push(key) === KEY_BATCH) await flush();
  }
  await flush();
  await json?.end();
}

/** A JSON list that is printed item by item. */
class JsonList {
  readonly #context: CliContext;
  #count = 0;

  constructor(context: CliContext) {
    this.#context = context;
  }

  async add(item: unknown): Promise<void> {
    const separator = this.#count++ === 0 ? "[\n  " : ",\n  ";
    await this.#context.io.stdout.write(`${separator}${stringifyJson(item)}`);
  }

  async end(): Promise<void> {
    await this.#context.io.stdout.write(this.#count === 0 ? "[]\n" : "\n]\n");
  }
}
