/**
 * Uploads a large blob in blocks: a block that breaks off is sent again, not the whole, and no reader sees the blob
 * before the list of its blocks is there. Source: "Put Block" and "Put Block List", Azure Storage REST API reference.
 *
 * @module
 */
import { forEachLimited } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { toBase64 } from "./digest.ts";

/** How one request of the upload is sent; `gone` is thrown when the service no longer has the blocks of a list. */
export interface AzureBlockRequest {
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Is this the request that makes the blob, on which its precondition depends? */
  readonly commits: boolean;
}

/** Thrown inside when blocks are gone: another writer of the blob has committed its own, which removes them. */
export class BlocksGone extends Error {}

/** Azure's own bound. */
const MAX_BLOCKS = 50_000;
const BLOCKS_AT_A_TIME = 4;
/** Uploads that other writers may undo before this one gives up. */
const MAX_UPLOADS = 5;

/** Uploads `data` in blocks of about `blockBytes`. What is left of an upload that fails, the service removes within a week. */
export async function uploadInBlocks(
  send: (request: AzureBlockRequest) => Promise<void>,
  data: Uint8Array,
  blockBytes: number,
  options: AbortOptions,
): Promise<void> {
  const size = Math.max(1, Math.floor(blockBytes), Math.ceil(data.byteLength / MAX_BLOCKS));
  const count = Math.ceil(data.byteLength / size);
  for (let upload = 1; ; upload++) {
    const ids = blockIds(count);
    await forEachLimited(
      ids.keys(),
      BLOCKS_AT_A_TIME,
      (index) =>
        send({
          query: { comp: "block", blockid: ids[index]! },
          headers: {},
          body: data.subarray(index * size, (index + 1) * size),
          commits: false,
        }),
      options,
    );
    const list = ids.map((id) => `<Latest>${id}</Latest>`).join("");
    try {
      return await send({
        query: { comp: "blocklist" },
        headers: { "content-type": "application/xml", "x-ms-blob-content-type": "application/octet-stream" },
        body: new TextEncoder().encode(
          `<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`,
        ),
        commits: true,
      });
    } catch (error) {
      if (!(error instanceof BlocksGone)) throw error;
      if (upload === MAX_UPLOADS)
        throw new StoreError("Other writers of the same blob kept undoing this upload.", { cause: error });
    }
  }
}

/** Names of blocks that no other upload has, all of one length. */
function blockIds(count: number): string[] {
  const name = crypto.getRandomValues(new Uint8Array(16));
  return Array.from({ length: count }, (_, index) => {
    const id = new Uint8Array(20);
    id.set(name);
    new DataView(id.buffer).setUint32(16, index);
    return toBase64(id);
  });
}
