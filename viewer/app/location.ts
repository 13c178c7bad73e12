/**
 * What the address of the page says, and the other way round. Pure but for the last function.
 *
 * @module
 */

/** What an address asks for. */
export interface Address {
  /** What is to be opened; `undefined`: nothing, or what the server of the page serves. */
  readonly url: string | undefined;
  readonly storageOptions: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly tab: string | undefined;
}

/** Options that are no secrets: only these are read from an address and written to one. */
const SAFE_OPTIONS: ReadonlySet<string> = new Set([
  "anon",
  "endpoint_url",
  "region",
  "region_name",
  "requester_pays",
  "account_name",
  "project",
]);

/** Reads `?url=…&option.anon=true#path=…&tab=…`. */
export function readAddress(href: string): Address {
  const { searchParams, hash } = new URL(href);
  const fragment = new URLSearchParams(hash.slice(1));
  const storageOptions: Record<string, unknown> = {};
  for (const [name, value] of searchParams) {
    const [prefix, option] = [name.slice(0, 7), name.slice(7)];
    if (prefix === "option." && SAFE_OPTIONS.has(option)) storageOptions[option] = optionValue(value);
  }
  return {
    url: searchParams.get("url")?.trim() || undefined,
    storageOptions,
    path: (fragment.get("path") ?? searchParams.get("path") ?? "").replace(/^\/+|\/+$/g, ""),
    tab: fragment.get("tab") ?? undefined,
  };
}

/** `anon=true endpoint_url=https://…`, as it is typed. @throws TypeError for what is no `name=value`. */
export function parseOptions(text: string): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const part of text.split(/[\s,]+/).filter((piece) => piece !== "")) {
    const at = part.indexOf("=");
    if (at < 1) throw new TypeError("Options are written as name=value, with spaces between them.");
    options[part.slice(0, at)] = optionValue(part.slice(at + 1));
  }
  return options;
}

function optionValue(text: string): unknown {
  return text === "true" ? true : text === "false" ? false : text;
}

/** The options for a URL where none are given: public buckets are what pages read. */
export function defaultOptions(
  url: string,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const isBucket = /^(?:s3|gs|gcs|az|abfs|abfss):\/\//i.test(url);
  return isBucket && Object.keys(given).length === 0 ? { anon: true } : { ...given };
}

/** The address of the page for what is open. */
export function writeAddress(href: string, { url, storageOptions, path, tab }: Address): string {
  const address = new URL(href);
  address.search = "";
  if (url !== undefined) {
    address.searchParams.set("url", url);
    for (const [name, value] of Object.entries(storageOptions))
      if (SAFE_OPTIONS.has(name)) address.searchParams.set(`option.${name}`, String(value));
  }
  const fragment = new URLSearchParams();
  if (path !== "") fragment.set("path", path);
  if (tab !== undefined) fragment.set("tab", tab);
  address.hash = fragment.toString();
  return address.href;
}
