/**
 * What the page and its workers say to each other. Everything here can be posted.
 *
 * @module
 */

/** A block of more bytes is not decoded: whoever wrote the metadata must not be able to fill the memory of the page. */
export const MAX_BLOCK_BYTES = 512 * 2 ** 20;

/** What is opened. */
export type Source =
  | {
      readonly kind: "url";
      readonly url: string;
      readonly storageOptions: Readonly<Record<string, unknown>>;
    }
  /** A zip archive. */
  | { readonly kind: "file"; readonly name: string; readonly file: Blob }
  | { readonly kind: "directory"; readonly name: string; readonly handle: FileSystemDirectoryHandle }
  /** A folder where the browser gives no handle of it: its files by path. */
  | { readonly kind: "files"; readonly name: string; readonly files: ReadonlyMap<string, File> };

/** How values of a data type can be shown. */
export type ValueKind = "bool" | "integer" | "float" | "complex" | "time" | "record" | "text";

/** A field of a record, with the fields of its own as `a.b`. */
export interface FieldFacts {
  readonly name: string;
  readonly kind: ValueKind;
}

/** Lengths along one axis: of all chunks alike, or where each begins. */
export interface AxisGrid {
  readonly length: number;
  /** Chunk length; `undefined` where chunks differ. */
  readonly chunk: number | undefined;
  /** Where each chunk begins, where they differ. */
  readonly starts: readonly number[] | undefined;
  readonly count: number;
}

/** What attributes say of the values, by the conventions of CF. */
export interface ValueConvention {
  readonly scale: number;
  readonly offset: number;
  readonly units: string | undefined;
  readonly longName: string | undefined;
  /** `_FillValue` and `missing_value`, besides the fill value of the array. */
  readonly missing: readonly number[];
}

/** What every node has. */
interface NodeFactsBase {
  /** Below the root of what is open, without slashes around it. */
  readonly path: string;
  readonly name: string;
  readonly zarrFormat: 2 | 3;
  /** The documents of the node, as they are stored: file name and text. */
  readonly documents: readonly DocumentText[];
  readonly attributes: readonly AttributeText[];
}

/** A document as text, cut where it is long. */
export interface DocumentText {
  readonly key: string;
  readonly text: string;
  readonly isCut: boolean;
}

/** An attribute, its value as JSON text. */
export interface AttributeText {
  readonly name: string;
  readonly text: string;
  readonly isCut: boolean;
}

/** An array. */
export interface ArrayFacts extends NodeFactsBase {
  readonly kind: "array";
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Bytes of one element in memory; 0: variable. */
  readonly itemSize: number;
  readonly nbytes: number;
  readonly valueKind: ValueKind;
  readonly fields: readonly FieldFacts[];
  readonly fillText: string;
  readonly fillNumber: number | undefined;
  readonly dimensionNames: readonly string[];
  /** What is decoded alone: chunks, or inner chunks of shards. */
  readonly read: readonly AxisGrid[];
  /** What is stored alone: chunks or shards. */
  readonly stored: readonly AxisGrid[];
  readonly isSharded: boolean;
  /** Chunks without codecs can be read in part. */
  readonly isPlain: boolean;
  readonly codecs: readonly string[];
  readonly warnings: readonly string[];
  readonly convention: ValueConvention;
}

/** The coordinates along one axis, read when they are few. */
export interface CoordinateFacts {
  readonly path: string;
  readonly texts: readonly string[];
  readonly units: string | undefined;
}

/** An axis of a multiscale. */
export interface ScaleAxis {
  readonly name: string;
  readonly type: string | undefined;
  readonly unit: string | undefined;
}

/** A channel as OMERO metadata tell it. */
export interface ChannelFacts {
  readonly label: string | undefined;
  /** `#rrggbb` */
  readonly color: string | undefined;
  readonly window: readonly [number, number] | undefined;
  readonly isActive: boolean;
}

/** A multiscale image of OME-Zarr 0.4 or 0.5. */
export interface MultiscaleFacts {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly axes: readonly ScaleAxis[];
  readonly levels: readonly { readonly path: string; readonly scale: readonly number[] | undefined }[];
  readonly channels: readonly ChannelFacts[];
  readonly isLabels: boolean;
}

/** A group. */
export interface GroupFacts extends NodeFactsBase {
  readonly kind: "group";
  readonly isConsolidated: boolean;
  readonly multiscale: MultiscaleFacts | undefined;
}

/** A node whose document cannot be understood. */
export interface BrokenFacts {
  readonly kind: "broken";
  readonly path: string;
  readonly name: string;
  readonly message: string;
}

export type NodeFacts = ArrayFacts | GroupFacts;

/** A line of the tree. */
export interface MemberFacts {
  readonly kind: "array" | "group" | "broken";
  readonly path: string;
  readonly name: string;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly nbytes?: number;
  readonly isImage?: boolean;
  readonly message?: string;
}

/** Documents as they were read, `null` where there is none: another worker need not ask for them. */
export type Documents = readonly (readonly [key: string, bytes: Uint8Array | null])[];

/** A plain array of numbers. */
export type Numbers =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** Which number a complex value is shown as. */
export type ComplexPart = "abs" | "real" | "imag" | "phase";

/** Which number of an element is meant. */
export interface ValueChoice {
  readonly field: string | undefined;
  readonly part: ComplexPart;
}

/** Start, end and step. */
export type Range = readonly [start: number, stop: number, step: number];

/** A part of an array with one axis or two. */
export interface CutRequest {
  readonly path: string;
  /** What is read and decoded for it, along every axis: whole chunks. Kept by the worker for the next cut. */
  readonly block: readonly (readonly [start: number, stop: number])[];
  /** The axes of the result, the slower first. */
  readonly axes: readonly number[];
  readonly ranges: readonly Range[];
  /** Position on all axes; those of the result do not count. */
  readonly at: readonly number[];
  readonly value: ValueChoice;
  /** `extent`: for one axis, the smallest and the largest number of each step in turn. */
  readonly reduce: "sample" | "extent";
}

/** The numbers of a cut. */
export interface Cut {
  readonly data: Numbers;
  readonly shape: readonly number[];
  /** Parts (positions in the result) that lie in chunks of nothing but fill value: `[start, stop]` per axis. */
  readonly fills: readonly (readonly (readonly [start: number, stop: number])[])[];
}

/** A stored chunk or shard. */
export type ChunkState =
  | { readonly kind: "present"; readonly key: string; readonly size: number }
  | { readonly kind: "missing"; readonly key: string };

/** The index of a shard: offset and length of each inner chunk in C order, -1 where it is missing. */
export interface ShardContents {
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly lengths: Float64Array<ArrayBuffer>;
  /** Inner chunks along each axis. */
  readonly shape: readonly number[];
}

/** Text of elements. */
export interface TextTable {
  readonly rows: readonly (readonly string[])[];
}

/** What a worker can be asked for, and what it answers. */
export interface Operations {
  readonly open: { readonly in: Source; readonly out: { readonly root: string } };
  readonly node: { readonly in: { readonly path: string }; readonly out: NodeAnswer };
  readonly members: {
    readonly in: { readonly path: string; readonly from: number };
    readonly out: MembersPage;
  };
  /** Documents that another worker has read. */
  readonly attach: { readonly in: { readonly documents: Documents }; readonly out: undefined };
  readonly cut: { readonly in: CutRequest; readonly out: Cut };
  /** The text of one element, out of a block. */
  readonly element: {
    readonly in: Pick<CutRequest, "path" | "block" | "at"> & { readonly field: string | undefined };
    readonly out: { readonly text: string; readonly number: number | undefined };
  };
  readonly texts: {
    readonly in: {
      readonly path: string;
      readonly axes: readonly number[];
      readonly ranges: readonly Range[];
      readonly at: readonly number[];
    };
    readonly out: TextTable;
  };
  readonly coordinates: {
    readonly in: { readonly path: string };
    readonly out: readonly (CoordinateFacts | undefined)[];
  };
  readonly chunk: {
    readonly in: { readonly path: string; readonly index: readonly number[] };
    readonly out: ChunkState;
  };
  readonly shard: {
    readonly in: { readonly path: string; readonly index: readonly number[] };
    readonly out: ShardContents;
  };
}

export interface NodeAnswer {
  readonly facts: NodeFacts;
  readonly documents: Documents;
}

export interface MembersPage {
  readonly members: readonly MemberFacts[];
  /** Where the next page begins; `undefined` when this was the last. */
  readonly next: number | undefined;
  /** Why there may be more that cannot be found. */
  readonly note: string | undefined;
}

export type OperationName = keyof Operations;

/** From the page. */
export type WorkerRequest =
  | { readonly id: number; readonly op: OperationName; readonly in: unknown }
  | { readonly id: number; readonly op: "abort" };

/** From a worker. */
export type WorkerReply =
  | { readonly id: number; readonly out: unknown }
  | { readonly id: number; readonly error: ErrorText };

/** An error as the page shows it. */
export interface ErrorText {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
}
