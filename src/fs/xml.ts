/**
 * A reader for the small XML documents that object stores answer with. It knows elements,
 * text, CDATA, the five named entities and character references; a document type, and with
 * it every other entity, is an error.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";

/**
 * An element. `name` has no namespace prefix; `text` is its own text, without that of its
 * children; `attributes` are as they are written, undecoded.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly tag: string;
  readonly name: string;
  readonly attributes: string;
  text: string;
  readonly children: XmlElement[];
}

const MAX_DEPTH = 32;
const NAMED = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * Parses a document and returns its root element.
 *
 * @throws StoreError when it is not well formed, too deep, or has a document type.
 * @example
 * ```ts
 * childText(parseXml("<a><b>1 &lt; 2</b></a>"), "b"); // "1 < 2"
 * ```
 */
export function parseXml(document: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let position = 0;
  while (position < document.length) {
    const mark = document.indexOf("<", position);
    const text = document.slice(position, mark < 0 ? undefined : mark);
    const parent = open.at(-1);
    if (parent !== undefined) parent.text += decodeEntities(text);
    else if (text.replace(/^\uFEFF/, "").trim() !== "") throw malformed("text outside the root element");
    if (mark < 0) break;
    if (document.startsWith("<!--", mark)) {
      position = after(document, "-->", mark + 4);
    } else if (document.startsWith("<![CDATA[", mark)) {
      if (parent === undefined) throw malformed("CDATA outside the root element");
      position = after(document, "]]>", mark + 9);
      parent.text += document.slice(mark + 9, position - 3);
    } else if (document.startsWith("<?", mark)) {
      position = after(document, "?>", mark + 2);
    } else if (document.startsWith("<!", mark)) {
      throw malformed("a document type, which is not read");
    } else {
      position = after(document, ">", mark + 1);
      const tag = document.slice(mark + 1, position - 1);
      const closed = tag.startsWith("/")
        ? close(open, tag.slice(1).trim())
        : start(open, tag, root !== undefined);
      if (closed !== undefined) {
        const outer = open.at(-1);
        if (outer === undefined) root = closed;
        else outer.children.push(closed);
      }
    }
  }
  if (root === undefined || open.length > 0) throw malformed("an element that is not closed");
  return root;
}

/** The first child of that name. */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** The text of the first child of that name. */
export function childText(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text;
}

/** Opens an element; one that is closed at once is returned. */
function start(open: OpenElement[], tag: string, rootSeen: boolean): XmlElement | undefined {
  const name = /^[^\s/<>="'&]+/.exec(tag)?.[0];
  if (name === undefined) throw malformed("a tag without a name");
  if (rootSeen && open.length === 0) throw malformed("a second root element");
  if (open.length >= MAX_DEPTH) throw malformed(`more than ${MAX_DEPTH} levels`);
  const element: OpenElement = {
    tag: name,
    name: name.slice(name.indexOf(":") + 1),
    attributes: tag.slice(name.length).replace(/\/$/, "").trim(),
    text: "",
    children: [],
  };
  if (tag.endsWith("/")) return element;
  open.push(element);
  return undefined;
}

function close(open: OpenElement[], tag: string): XmlElement {
  const element = open.pop();
  if (element === undefined || element.tag !== tag)
    throw malformed(`</${tag.slice(0, 40)}> that closes nothing`);
  return element;
}

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&\s]{0,12};)?/g, (whole, name: string | undefined) => {
    const entity = name?.slice(0, -1) ?? "";
    const numeric = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity);
    if (numeric === null) {
      const known = NAMED.get(entity);
      if (known === undefined) throw malformed(`the unknown entity ${JSON.stringify(whole)}`);
      return known;
    }
    const code = numeric[1] === undefined ? Number(numeric[2]) : parseInt(numeric[1], 16);
    if (code > 0x10ffff) throw malformed(`the character ${whole}, which Unicode does not have`);
    return String.fromCodePoint(code);
  });
}

function after(document: string, mark: string, from: number): number {
  const found = document.indexOf(mark, from);
  if (found < 0) throw malformed(`no ${JSON.stringify(mark)} where one is due`);
  return found + mark.length;
}

function malformed(what: string): StoreError {
  return new StoreError(`The server sent XML with ${what}.`);
}
