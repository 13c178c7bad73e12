/**
 * Reads the documents of Azure Blob Storage. Pure.
 *
 * @module
 */
import { isZarrError, StoreError } from "../base/errors.ts";
import type { ObjectEntry, ObjectPage } from "./object-file-system.ts";
import { child, childText, parseXml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

/** @throws StoreError when it is no listing of blobs. */
export function parseAzurePage(document: string): ObjectPage {
  const root = expectResults(document);
  const entries: ObjectEntry[] = [];
  const prefixes: string[] = [];
  for (const element of child(root, "Blobs")?.children ?? []) {
    if (element.name === "BlobPrefix") prefixes.push(nameOf(element));
    // In a hierarchical account a directory is a blob too, and no value.
    else if (element.name === "Blob" && resourceType(element) !== "directory")
      entries.push(readEntry(element));
  }
  return { entries, prefixes, next: nextOf(root) };
}

/** The names of a listing of containers, and where the next page begins. */
export function parseAzureContainers(document: string): {
  readonly names: string[];
  readonly next: string | undefined;
} {
  const root = expectResults(document);
  return { names: (child(root, "Containers")?.children ?? []).map(nameOf), next: nextOf(root) };
}

/** The code of an error document; anything else has none. */
export function azureErrorCode(text: string): string | undefined {
  const document = text.replace(/^\uFEFF/, "");
  if (!/^\s*</.test(document)) return undefined;
  try {
    const root = parseXml(document);
    return root.name === "Error" ? childText(root, "Code")?.trim() : undefined;
  } catch (error) {
    if (isZarrError(error)) return undefined; // a page of a proxy, say
    throw error;
  }
}

function readEntry(element: XmlElement): ObjectEntry {
  const properties = child(element, "Properties");
  const property = (name: string): string | undefined =>
    properties === undefined ? undefined : childText(properties, name)?.trim();
  const size = property("Content-Length") ?? "";
  const modified = Date.parse(property("Last-Modified") ?? "");
  const etag = property("Etag") ?? property("ETag");
  return {
    key: nameOf(element),
    size: /^\d{1,15}$/.test(size) ? Number(size) : null,
    // Listings have it without the quotes that headers have.
    etag: etag === undefined || etag === "" || etag.startsWith('"') ? etag : `"${etag}"`,
    lastModified: Number.isNaN(modified) ? undefined : new Date(modified),
  };
}

function resourceType(element: XmlElement): string | undefined {
  const properties = child(element, "Properties");
  return properties === undefined ? undefined : childText(properties, "ResourceType")?.trim();
}

/** The name of a blob, which is encoded where XML could not hold it. */
function nameOf(element: XmlElement): string {
  const name = child(element, "Name");
  if (name === undefined || name.text === "") throw new StoreError("The server sent a listing with no name.");
  if (!/\bEncoded\s*=\s*["']true["']/i.test(name.attributes)) return name.text;
  try {
    return decodeURIComponent(name.text);
  } catch (cause) {
    throw new StoreError(
      `The server sent the key ${JSON.stringify(name.text)}, which is not encoded as it says.`,
      { cause },
    );
  }
}

function nextOf(root: XmlElement): string | undefined {
  const next = childText(root, "NextMarker");
  return next === undefined || next === "" ? undefined : next;
}

function expectResults(document: string): XmlElement {
  const root = parseXml(document.replace(/^\uFEFF/, ""));
  if (root.name === "EnumerationResults") return root;
  throw new StoreError(`The server sent <${root.name.slice(0, 40)}> where <EnumerationResults> was due.`);
}
