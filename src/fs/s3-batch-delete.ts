/**
 * Deletes many objects of a bucket by one request.
 *
 * @module
 */
import { forEachLimited } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { fromHex, md5Base64, sha256Hex, toBase64 } from "./digest.ts";
import type { S3Client } from "./s3-client.ts";
import { readS3Error } from "./s3-error.ts";
import { child, childText, parseXml } from "./xml.ts";

/** As many as `DeleteObjects` takes. */
const BATCH = 1000;
const BATCHES_AT_A_TIME = 4;
const MAX_ANSWER_BYTES = 16 * 2 ** 20;
/** What services answer that do not know, or do not allow, the request; single deletes may still work. */
const UNKNOWN = new Set([400, 403, 404, 405, 411, 501]);
/** Characters that an XML 1.0 document cannot hold, escaped or not. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Deletes by `DeleteObjects`, as long as the service takes it. */
export class S3BatchDelete {
  readonly #s3: S3Client;
  readonly #without = new Set<string>();

  constructor(s3: S3Client) {
    this.#s3 = s3;
  }

  /**
   * Deletes objects, and gives back the keys of those that have to be deleted one by one.
   *
   * @throws StoreError when the service refuses to delete one of them.
   */
  async remove(bucket: string, keys: readonly string[], options: AbortOptions): Promise<string[]> {
    if (this.#without.has(bucket) || keys.length < 2) return [...keys];
    const single = keys.filter((key) => UNWRITABLE.test(key));
    const batched = single.length === 0 ? keys : keys.filter((key) => !UNWRITABLE.test(key));
    const starts = Array.from({ length: Math.ceil(batched.length / BATCH) }, (_, index) => index * BATCH);
    await forEachLimited(
      starts,
      BATCHES_AT_A_TIME,
      async (start) => {
        const batch = batched.slice(start, start + BATCH);
        if (this.#without.has(bucket) || !(await this.#send(bucket, batch, options))) single.push(...batch);
      },
      options,
    );
    return single;
  }

  /** False when the service does not take the request. */
  async #send(bucket: string, keys: readonly string[], options: AbortOptions): Promise<boolean> {
    const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
    const document = `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects}<Quiet>true</Quiet></Delete>`;
    const body = new TextEncoder().encode(document);
    const md5 = md5Base64(body);
    const headers: Record<string, string> = {
      "content-type": "application/xml",
      "x-amz-sdk-checksum-algorithm": "SHA256",
      "x-amz-checksum-sha256": toBase64(fromHex(await sha256Hex(body))),
    };
    if (md5 !== undefined) headers["content-md5"] = md5; // older services know no other checksum
    let answer: string;
    try {
      answer = await this.#s3.send<string>({
        method: "POST",
        bucket,
        key: "",
        query: { delete: "" },
        headers,
        body,
        signal: options.signal,
        accept: (status) => status === 200,
        consume: async (_, reader) => new TextDecoder().decode(await reader.readAll(MAX_ANSWER_BYTES)),
      });
    } catch (error) {
      if (!(error instanceof StoreError) || !UNKNOWN.has(error.status ?? 0)) throw error;
      this.#without.add(bucket);
      return false;
    }
    checkDeleted(bucket, answer);
    return true;
  }
}

/** @throws StoreError when the answer names an object that was not deleted. */
function checkDeleted(bucket: string, document: string): void {
  const root = document.trim() === "" ? undefined : parseXml(document);
  const error = root === undefined ? undefined : child(root, "Error");
  if (root?.name === "Error") {
    const { code } = readS3Error({ text: document });
    throw new StoreError(`Deleting objects of s3://${bucket} failed: ${code ?? "no reason given"}.`, {
      url: `s3://${bucket}`,
    });
  }
  if (error === undefined) return;
  const key = childText(error, "Key") ?? "";
  const code = childText(error, "Code") ?? "no reason given";
  throw new StoreError(`s3://${bucket}/${key} was not deleted: ${code}.`, { url: `s3://${bucket}/${key}` });
}

function escapeXml(text: string): string {
  // Line ends too: a parser would normalise them.
  return text.replace(/[&<>"'\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
