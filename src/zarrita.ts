/**
 * Adapters both ways between zarrkit and zarrita.
 *
 * @module
 */
export type { ReadableLike, ReadableRange } from "./storage/readable-store.ts";
export type { PlainTypes } from "./transcode/plain-type.ts";
export type { TranscodeOptions } from "./transcode/transcoded-store.ts";
export { fromZarrita } from "./zarrita/from-zarrita.ts";
export type { ZarritaLocation } from "./zarrita/from-zarrita.ts";
export { toZarrita, toZarritaDecoded, withContents } from "./zarrita/to-zarrita.ts";
export type { ZarritaContent } from "./zarrita/to-zarrita.ts";
export { ZarritaStore } from "./zarrita/zarrita-store.ts";
export type { AbsolutePath } from "./zarrita/zarrita-store.ts";
