/**
 * The options of `ReferenceFileSystem`.
 *
 * @module
 */
import { AbstractFileSystem } from "../abstract-file-system.ts";
import { booleanOption, stringOption } from "../options.ts";
import type { EitherCase, RawOptions } from "../options.ts";
import type { LocatedFileSystem, StorageOptions } from "../file-system-class.ts";
import type { RawReferences } from "./json-references.ts";
import { parentOf, ReferenceTargets } from "./targets.ts";
import type { FileSystemRegistry, TargetOptions } from "./targets.ts";

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
  | { readonly kind: "url"; readonly url: string; readonly options: StorageOptions }
  | { readonly kind: "located"; readonly located: LocatedFileSystem }
  | { readonly kind: "object"; readonly references: RawReferences };

/** @throws TypeError without `fo`. */
export function readSource(owner: string, read: RawOptions): ReferenceSource {
  const fo = read.get("fo");
  if (typeof fo === "string") {
    const protocol = stringOption(owner, read, "targetProtocol");
    const hasScheme = /^[a-zA-Z][a-zA-Z0-9+.-]+:(?:\/\/|:)|^file:/.test(fo);
    const url = protocol === undefined || hasScheme ? fo : `${protocol}://${fo}`;
    return { kind: "url", url, options: storageOption(owner, read, "targetOptions") };
  }
  if (isLocated(fo)) return { kind: "located", located: fo };
  if (typeof fo === "object" && fo !== null && !Array.isArray(fo))
    return { kind: "object", references: fo as RawReferences }; // each value is checked when it is used
  throw new TypeError(`${owner} needs the option fo: a path or URL of references, or an object of them.`);
}

/** What the options say about targets, but for where the references are. */
export interface TargetSettings extends Omit<TargetOptions, "origin" | "fileSystems"> {
  /** File systems, or options of them, by protocol; `""` is for targets that name none. */
  readonly given: ReadonlyMap<string, AbstractFileSystem | StorageOptions>;
}

/** Reads what the options say about targets. */
export function readTargets(owner: string, read: RawOptions): TargetSettings {
  const given = new Map<string, AbstractFileSystem | StorageOptions>();
  const fs = read.get("fs");
  if (fs instanceof AbstractFileSystem) {
    for (const protocol of ["", ...fs.protocol]) given.set(protocol, fs);
  } else if (fs !== undefined) {
    for (const [protocol, value] of Object.entries(storageOption(owner, read, "fs"))) {
      if (typeof value !== "object" || value === null)
        throw new TypeError(`${owner} option fs.${protocol} must be a file system or its options.`);
      // Options are an object of them; the file system checks each.
      given.set(protocol, value instanceof AbstractFileSystem ? value : (value as StorageOptions));
    }
  }
  return {
    given,
    target: stringOption(owner, read, "target"),
    remoteProtocol: stringOption(owner, read, "remoteProtocol"),
    remoteOptions: storageOption(owner, read, "remoteOptions"),
    allowFiles: readAllowFiles(owner, read),
    allowLinkLocal: booleanOption(owner, read, "allowLinkLocal") ?? false,
  };
}

/** The targets of references that are at a place, or were given by a program. */
export function makeTargets(
  settings: TargetSettings,
  located: LocatedFileSystem | undefined,
  registry: FileSystemRegistry,
): ReferenceTargets {
  const fileSystems = new Map<string, AbstractFileSystem>();
  for (const [protocol, value] of settings.given)
    fileSystems.set(
      protocol,
      value instanceof AbstractFileSystem ? value : registry.filesystem(protocol, value),
    );
  const origin = located && { fs: located[0], directory: parentOf(located[1].replace(/\/+$/, "")) };
  return new ReferenceTargets({ ...settings, fileSystems, origin }, registry);
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
