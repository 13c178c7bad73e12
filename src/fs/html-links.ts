/**
 * Directory listings that web servers write as HTML. Pure.
 *
 * @module
 */

/** A child of a listed directory. */
export interface HtmlChild {
  /** Its name, decoded. */
  readonly name: string;
  readonly type: "file" | "directory";
}

const LINK = /<a\s[^<>]{0,2000}?\bhref\s*=\s*(?:"([^"<>]{0,4000})"|'([^'<>]{0,4000})'|([^\s"'<>]{1,4000}))/gi;
const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["#39", "'"],
  ["#x27", "'"],
]);

/**
 * The links of a page that lead to immediate children of `base`, each once: links with an
 * anchor or a query (the headings that sort a listing) and those that lead up, deeper or
 * elsewhere are left out.
 */
export function childrenOfListing(html: string, base: string): HtmlChild[] {
  const directory = new URL(base.replace(/[?#].*$/s, "").replace(/\/?$/, "/"));
  const children = new Map<string, HtmlChild>();
  for (const match of html.matchAll(LINK)) {
    const href = decodeEntities(match[1] ?? match[2] ?? match[3] ?? "");
    if (href === "" || /[?#]/.test(href)) continue;
    const name = childName(href, directory);
    if (name === undefined || children.has(name)) continue;
    children.set(name, { name, type: href.endsWith("/") ? "directory" : "file" });
  }
  return [...children.values()];
}

function childName(href: string, directory: URL): string | undefined {
  let target: URL;
  try {
    target = new URL(href, directory);
  } catch {
    return undefined; // no URL, so no child
  }
  if (target.origin !== directory.origin || !target.pathname.startsWith(directory.pathname)) return undefined;
  const encoded = target.pathname.slice(directory.pathname.length).replace(/\/$/, "");
  if (encoded === "" || encoded.includes("/")) return undefined;
  let name: string;
  try {
    name = decodeURIComponent(encoded);
  } catch {
    return undefined; // not UTF-8: no key can name it
  }
  // A decoded slash or dot would name another place than the link does.
  return name === "." || name === ".." || name.includes("/") ? undefined : name;
}

function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|#39|#x27);/gi, (_, name: string) =>
    ENTITIES.get(name.toLowerCase())!,
  );
}
