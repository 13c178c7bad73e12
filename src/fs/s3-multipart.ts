/**
 * Uploads a large value in parts: a part that breaks off is sent again, not the whole, and no
 * reader sees the value before it is complete.
 *
 * @module
 */
import { forEachLimited } from "../base/async.ts";
import { FileNotFoundError, StoreError } from "../base/errors.ts";
import type { ObjectWrite } from "./object-file-system.ts";
import { PreconditionFailed } from "./precondition.ts";
import type { S3Client, S3Request } from "./s3-client.ts";
import { readS3Error } from "./s3-error.ts";
import { childText, parseXml } from "./xml.ts";

/** A write without a precondition. */
type S3Upload = Omit<ObjectWrite, "precondition" | "refused">;

/** S3's own bounds. */
const MAX_PARTS = 10_000;
const MIN_PART_BYTES = 5 * 2 ** 20;
const PARTS_AT_A_TIME = 4;
const MAX_ANSWER_BYTES = 2 ** 20;
const OK = (status: number): boolean => status === 200;

/**
 * Uploads `data` in parts of about `partBytes`. Whatever fails, the parts are removed.
 */
export async function uploadInParts(s3: S3Client, upload: S3Upload, partBytes: number): Promise<void> {
  const { data, signal } = upload;
  const size = Math.max(partBytes, MIN_PART_BYTES, Math.ceil(data.byteLength / MAX_PARTS));
  const uploadId = await begin(s3, upload);
  try {
    const etags = new Array<string>(Math.max(1, Math.ceil(data.byteLength / size)));
    await forEachLimited(
      etags.keys(),
      PARTS_AT_A_TIME,
      async (index) => {
        const part = data.subarray(index * size, (index + 1) * size);
        etags[index] = await sendPart(s3, upload, uploadId, index + 1, part);
      },
      { signal },
    );
    await complete(s3, upload, uploadId, etags);
  } catch (error) {
    await abandon(s3, upload, uploadId);
    throw error;
  }
}

async function begin(s3: S3Client, { bucket, key, signal }: S3Upload): Promise<string> {
  const answer = await sendForText(s3, { method: "POST", bucket, key, query: { uploads: "" }, signal });
  const uploadId = childText(parseXml(answer), "UploadId");
  if (uploadId !== undefined && uploadId !== "") return uploadId;
  throw new StoreError(`The upload of s3://${bucket}/${key} got no UploadId.`, {
    url: `s3://${bucket}/${key}`,
  });
}

function sendPart(
  s3: S3Client,
  { bucket, key, signal }: S3Upload,
  uploadId: string,
  number: number,
  body: Uint8Array,
): Promise<string> {
  return s3.send<string>({
    method: "PUT",
    bucket,
    key,
    query: { partNumber: String(number), uploadId },
    body,
    signal,
    accept: OK,
    consume: (response) => {
      const etag = response.headers.get("etag");
      if (etag !== null && etag !== "") return etag;
      throw new StoreError(
        `The upload of s3://${bucket}/${key} got no ETag for part ${number}: in a browser, CORS must expose it.`,
        { url: `s3://${bucket}/${key}` },
      );
    },
  });
}

async function complete(
  s3: S3Client,
  upload: S3Upload,
  uploadId: string,
  etags: readonly string[],
): Promise<void> {
  const { bucket, key, signal, sending } = upload;
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  const document = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`;
  let attempts = 0;
  let answer: string;
  try {
    answer = await sendForText(s3, {
      method: "POST",
      bucket,
      key,
      query: { uploadId },
      headers: { "content-type": "application/xml" },
      body: new TextEncoder().encode(document),
      signal,
      sending: () => {
        attempts++;
        sending();
      },
    });
  } catch (error) {
    // The upload is gone: an attempt whose answer was lost has completed it. Whether the value is
    // ours is for the caller to look at, as after a lost answer to a conditional write.
    if (error instanceof FileNotFoundError && attempts > 1) throw new PreconditionFailed();
    throw error;
  }
  // A failure after the service has begun to answer comes with status 200.
  const root = parseXml(answer);
  if (root.name !== "Error") return;
  const { code } = readS3Error({ text: answer });
  throw new StoreError(
    `The upload of s3://${bucket}/${key} was not completed: ${code ?? "no reason given"}.`,
    {
      url: `s3://${bucket}/${key}`,
    },
  );
}

/** Parts that are left behind cost money; but the failure that led here is the one to report. */
async function abandon(s3: S3Client, { bucket, key }: S3Upload, uploadId: string): Promise<void> {
  try {
    // Without the signal of the write, which may be why it is abandoned.
    await s3.send({
      method: "DELETE",
      bucket,
      key,
      query: { uploadId },
      accept: (status) => (status >= 200 && status <= 204) || status === 404,
      consume: () => undefined,
    });
  } catch {
    // The bucket's own rules remove what is left.
  }
}

function sendForText(s3: S3Client, request: Omit<S3Request<string>, "accept" | "consume">): Promise<string> {
  return s3.send<string>({
    ...request,
    accept: OK,
    consume: async (_, body) => new TextDecoder().decode(await body.readAll(MAX_ANSWER_BYTES)),
  });
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
