/**
 * The options of `ReferenceFileSystem`.
 *
 * @module
 */
import { AbstractFileSystem } from "../abstract-file-system.ts";
import { booleanOption, stringOption } from "../options.ts";
import type { EitherCase, RawOptions } from "../options.ts";
import { filesystem, registeredProtocol, urlToFs } from "../registry.ts";
import type { LocatedFileSystem, StorageOptions } from "../registry.ts";
import type { RawReferences } from "./json-references.ts";
import { parentOf, ReferenceTargets } from "./targets.ts";

interface ReferenceOptions {
  /** The references: a path or URL of a JSON file or a folder of Parquet files, a located one, or the contents of a JSON file as an object. */
  readonly fo?: string | LocatedFileSystem | RawReferences | undefined;
  /** What references without a URL point into. */
  readonly target?: string | undefined;
  /** Protocol of `fo`, where its name has none. */
  readonly targetProtocol?: string | undefined;
  /** Options of the file system of `fo`. */
  readonly targetOptions?: StorageOptions | undefined;
  /** Protocol of targets that name none. */
  readonly remoteProtocol?: string | undefined;
  /** Options of the file system of the targets: of `remoteProtocol` if it is given, else of all but local files. */
  readonly remoteOptions?: StorageOptions | undefined;
  /** The file system of the targets, or several by their protocol. */
  readonly fs?:
    | AbstractFileSystem
    | Readonly<Record<string, AbstractFileSystem | StorageOptions>>
    | undefined;
  /** Takes the place of templates of the same name. */
  readonly templateOverrides?: Readonly<Record<string, string>> | undefined;
  /** How many Parquet files of references are kept in memory. Default 128. */
  readonly cacheSize?: number | undefined;
  /**
   * May targets be local files? By default only those below the directory of a file of
   * references that is local itself. `true` permits all, a list those below these directories.
   */
  readonly allowFiles?: boolean | readonly string[] | undefined;
  /** May targets be on link-local addresses, where clouds serve credentials? Default `false`. */
  readonly allowLinkLocal?: boolean | undefined;
}

/** Options of `ReferenceFileSystem`. */
export type ReferenceFileSystemOptions = EitherCase<ReferenceOptions>;

/** The names of the options. */
export const KNOWN_OPTIONS: readonly string[] = [
  "fo",
  "target",
  "targetProtocol",
  "targetOptions",
  "remoteProtocol",
  "remoteOptions",
  "fs",
  "templateOverrides",
  "simpleTemplates",
  "maxGap",
  "maxBlock",
  "cacheSize",
  "allowFiles",
  "allowLinkLocal",
];

/** Where the references are. */
export type ReferenceSource =
  | {
      readonly kind: "file";
      readonly located: LocatedFileSystem;
      readonly url: string;
      readonly printed: string;
      readonly carriable: boolean;
    }
  | { readonly kind: "located"; readonly located: LocatedFileSystem; readonly printed: string }
  | { readonly kind: "object"; readonly references: RawReferences };

/** @throws TypeError without `fo`. */
export function readSource(owner: string, read: RawOptions): ReferenceSource {
  const fo = read.get("fo");
  if (typeof fo === "string") {
    const protocol = stringOption(owner, read, "targetProtocol");
    const hasScheme = /^[a-zA-Z][a-zA-Z0-9+.-]+:(?:\/\/|:)|^file:/.test(fo);
    const url = protocol === undefined || hasScheme ? fo : `${protocol}://${fo}`;
    const located = urlToFs(url, storageOption(owner, read, "targetOptions"));
    const [fs, path] = located;
    const carriable = registeredProtocol(fs) !== undefined && fs.carriable(path) && !url.includes("?");
    return { kind: "file", located, url, printed: fs.printable(path), carriable };
  }
  if (isLocated(fo)) return { kind: "located", located: fo, printed: fo[0].printable(fo[1]) };
  if (typeof fo === "object" && fo !== null && !Array.isArray(fo))
    return { kind: "object", references: fo as RawReferences }; // each value is checked when it is used
  throw new TypeError(`${owner} needs the option fo: a path or URL of references, or an object of them.`);
}

/** What the options say about targets. */
export function readTargets(owner: string, read: RawOptions, source: ReferenceSource): ReferenceTargets {
  const fileSystems = new Map<string, AbstractFileSystem>();
  const fs = read.get("fs");
  if (fs instanceof AbstractFileSystem) {
    fileSystems.set("", fs);
    for (const protocol of fs.protocol) fileSystems.set(protocol, fs);
  } else if (fs !== undefined) {
    for (const [protocol, given] of Object.entries(storageOption(owner, read, "fs"))) {
      if (typeof given !== "object" || given === null)
        throw new TypeError(`${owner} option fs.${protocol} must be a file system or its options.`);
      fileSystems.set(
        protocol,
        // Options are an object of them; the file system checks each.
        given instanceof AbstractFileSystem ? given : filesystem(protocol, given as StorageOptions),
      );
    }
  }
  const located = source.kind === "object" ? undefined : source.located;
  return new ReferenceTargets({
    target: stringOption(owner, read, "target"),
    origin:
      located === undefined
        ? undefined
        : { fs: located[0], directory: parentOf(located[1].replace(/\/+$/, "")) },
    remoteProtocol: stringOption(owner, read, "remoteProtocol"),
    remoteOptions: storageOption(owner, read, "remoteOptions"),
    fileSystems,
    allowFiles: readAllowFiles(owner, read),
    allowLinkLocal: booleanOption(owner, read, "allowLinkLocal") ?? false,
  });
}

function readAllowFiles(owner: string, read: RawOptions): boolean | readonly string[] {
  const value = read.get("allowFiles");
  if (!Array.isArray(value)) return booleanOption(owner, read, "allowFiles") ?? false;
  if (value.every((item): item is string => typeof item === "string")) return value;
  throw new TypeError(`${owner} option allowFiles must be true, false or a list of directories.`);
}

function storageOption(owner: string, read: RawOptions, name: string): StorageOptions {
  const value = read.get(name) ?? {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${owner} option ${name} must be an object of options.`);
  return { ...value };
}

function isLocated(value: unknown): value is LocatedFileSystem {
  return Array.isArray(value) && value[0] instanceof AbstractFileSystem && typeof value[1] === "string";
}
