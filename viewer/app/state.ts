/**
 * What is open and selected.
 *
 * @module
 */
import { batch, signal } from "@preact/signals";
import { Place } from "../client/place.ts";
import { WorkerClient } from "../client/worker-client.ts";
import type { NodeFacts, Source } from "../protocol.ts";
import { readAddress, writeAddress } from "./location.ts";

/** What is shown of a node. */
export type NodeState =
  | { readonly kind: "none" }
  | { readonly kind: "loading"; readonly path: string }
  | { readonly kind: "ready"; readonly path: string; readonly facts: NodeFacts }
  | {
      readonly kind: "failed";
      readonly path: string;
      readonly message: string;
      readonly hint: string | undefined;
    };

export type Tab = "image" | "plot" | "values" | "chunks" | "members" | "metadata" | "code";

export const place = signal<Place | undefined>(undefined);
export const selected = signal<NodeState>({ kind: "none" });
/** The tab that the user chose last; a node that lacks it shows its first. */
export const tab = signal<Tab | undefined>(undefined);

/** The address of the worker's script; the build puts it there. */
declare const ZARRKIT_WORKER: string;

function workerUrl(): string {
  return new URL(ZARRKIT_WORKER, import.meta.url).href;
}

// Loading a worker takes as long as a request: it starts before it is known what to open.
let ahead: WorkerClient | undefined = new WorkerClient(workerUrl());

/** The root that the server of this page serves, where there is one. */
export function servedRoot(): string | undefined {
  const content = document.querySelector('meta[name="zarrkit-root"]')?.getAttribute("content") ?? "";
  return content === "" ? undefined : new URL(content, document.baseURI).href.replace(/\/$/, "");
}

/** Opens a place and shows a node of it. */
export async function openSource(source: Source, path = ""): Promise<void> {
  const before = place.value;
  const opened = new Place(source, workerUrl(), ahead);
  ahead = undefined;
  batch(() => {
    place.value = opened;
    selected.value = { kind: "loading", path };
  });
  before?.close();
  const asked = selectNode(path);
  // While the first worker asks for metadata, the others load.
  opened.warm();
  await asked;
}

/** Shows a node of what is open. */
export async function selectNode(path: string): Promise<void> {
  const at = place.value;
  if (at === undefined) return;
  selected.value = { kind: "loading", path };
  rememberAddress();
  let next: NodeState;
  try {
    // The root first: what it has of consolidated metadata answers for all below it.
    if (path !== "") await at.node("").catch(() => {});
    next = { kind: "ready", path, facts: await at.node(path) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    next = { kind: "failed", path, message, hint: hintFor(at.source, message) };
  }
  const { value } = selected;
  if (place.value === at && value.kind === "loading" && value.path === path) selected.value = next;
}

export function chooseTab(name: Tab): void {
  tab.value = name;
  rememberAddress();
}

/** Opens what the address of the page asks for. */
export function openAddress(
  defaults: (url: string, given: Readonly<Record<string, unknown>>) => Record<string, unknown>,
): void {
  const address = readAddress(location.href);
  if (isTab(address.tab)) tab.value = address.tab;
  const url = address.url ?? servedRoot();
  if (url === undefined) return;
  void openSource({ kind: "url", url, storageOptions: defaults(url, address.storageOptions) }, address.path);
}

function isTab(text: string | undefined): text is Tab {
  return text !== undefined && /^(?:image|plot|values|chunks|members|metadata|code)$/.test(text);
}

/** The address says what is seen, so that it can be kept and sent. */
function rememberAddress(): void {
  const source = place.value?.source;
  const { value } = selected;
  const path = value.kind === "none" ? "" : value.path;
  const isUrl = source?.kind === "url" && source.url !== servedRoot();
  const address = {
    url: isUrl ? source.url : undefined,
    storageOptions: isUrl ? source.storageOptions : {},
    path,
    tab: tab.value,
  };
  history.replaceState(null, "", writeAddress(location.href, address));
}

/** What a failure of a fetch does not say: browsers hide why. */
function hintFor(source: Source, message: string): string | undefined {
  if (source.kind !== "url" || !/^https?:/i.test(source.url)) return undefined;
  if (new URL(source.url, location.href).origin === location.origin) return undefined;
  return /fetch|network|request|CORS/i.test(message)
    ? "A page may read from another server only if that server allows it (CORS: Access-Control-Allow-Origin)."
    : undefined;
}

/** A name for what is open. */
export function titleOf(source: Source): string {
  if (source.kind !== "url") return source.name;
  const path = source.url.replace(/[?#].*$/s, "").replace(/\/+$/, "");
  return path.slice(path.lastIndexOf("/") + 1) || path;
}
