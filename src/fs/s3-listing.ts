/**
 * Reads the pages of a bucket's listing. Pure.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";
import type { ObjectEntry, ObjectPage } from "./object-file-system.ts";
import { childText, parseXml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

/**
 * Parses a page. Keys are decoded if the answer says that they are encoded.
 *
 * @throws StoreError when it is no listing.
 */
export function parseS3Page(document: string): ObjectPage {
  const root = expectRoot(document, "ListBucketResult");
  const encoded = childText(root, "EncodingType")?.trim().toLowerCase() === "url";
  const decode = (text: string | undefined): string => {
    if (text === undefined) throw new StoreError("The server sent a listing with an entry that has no key.");
    return encoded ? decodeKey(text) : text;
  };
  const entries: ObjectEntry[] = [];
  const prefixes: string[] = [];
  for (const element of root.children) {
    if (element.name === "Contents") entries.push(readEntry(element, decode(childText(element, "Key"))));
    else if (element.name === "CommonPrefixes") prefixes.push(decode(childText(element, "Prefix")));
  }
  if (childText(root, "IsTruncated")?.trim() !== "true") return { entries, prefixes, next: undefined };
  const next = childText(root, "NextContinuationToken");
  // Without it the rest of the bucket would look as if it were not there.
  if (next === undefined || next === "")
    throw new StoreError("The server sent a listing that is cut off and does not say where it goes on.");
  return { entries, prefixes, next };
}

/** Parses the answer to `ListBuckets`: the names. */
export function parseS3Buckets(document: string): string[] {
  const root = expectRoot(document, "ListAllMyBucketsResult");
  const buckets = root.children.find((element) => element.name === "Buckets");
  return (buckets?.children ?? [])
    .map((bucket) => childText(bucket, "Name") ?? "")
    .filter((name) => name !== "");
}

function expectRoot(document: string, name: string): XmlElement {
  const root = parseXml(document);
  if (root.name === name) return root;
  throw new StoreError(`The server sent <${root.name.slice(0, 40)}> where <${name}> was due.`);
}

function readEntry(element: XmlElement, key: string): ObjectEntry {
  const size = childText(element, "Size")?.trim() ?? "";
  const modified = Date.parse(childText(element, "LastModified") ?? "");
  return {
    key,
    size: /^\d{1,15}$/.test(size) ? Number(size) : null,
    etag: childText(element, "ETag"),
    lastModified: Number.isNaN(modified) ? undefined : new Date(modified),
  };
}

function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, " ")); // S3 writes a space as "+"
  } catch (cause) {
    throw new StoreError(
      `The server sent the key ${JSON.stringify(text)}, which is not encoded as it says.`,
      {
        cause,
      },
    );
  }
}
