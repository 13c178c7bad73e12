/**
 * How values are written to Google Cloud Storage: small ones in one request, large ones in a resumable upload, of which
 * only what broke off is sent again. Source: "Resumable uploads", Google Cloud Storage documentation.
 *
 * @module
 */
import { StoreError } from "../base/errors.ts";
import type { HttpResponse } from "./transport.ts";

/** A small upload. */
export interface UploadBody {
  readonly type: "media" | "multipart";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One request of a resumable upload, to the URL of its session, which is a secret that proves the right to write. */
export interface SessionRequest {
  readonly method: "PUT" | "DELETE";
  readonly session: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Where the body ends in the value. */
  readonly end: number;
  /** Does the answer decide whether the value is written? */
  readonly commits: boolean;
}

const CONTENT_TYPE = "application/octet-stream";
/** All chunks but the last are multiples of this. */
const UNIT_BYTES = 256 * 1024;
/** Answers in a row that say that nothing more has arrived. */
const MAX_STANDSTILLS = 5;

export function mediaBody(data: Uint8Array): UploadBody {
  return { type: "media", headers: { "content-type": CONTENT_TYPE }, body: data };
}

/** The bytes behind a document about them, which says nothing. */
export function relatedBody(data: Uint8Array): UploadBody {
  const boundary = `zarrkit-${crypto.randomUUID()}`;
  const encoder = new TextEncoder();
  const head = encoder.encode(
    `--${boundary}\r\ncontent-type: application/json\r\n\r\n{}\r\n` +
      `--${boundary}\r\ncontent-type: ${CONTENT_TYPE}\r\n\r\n`,
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const body = new Uint8Array(head.byteLength + data.byteLength + tail.byteLength);
  body.set(head);
  body.set(data, head.byteLength);
  body.set(tail, head.byteLength + data.byteLength);
  return { type: "multipart", headers: { "content-type": `multipart/related; boundary=${boundary}` }, body };
}

/** How a resumable upload begins: with what is said of the value. */
export function sessionStart(): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
} {
  const facts = JSON.stringify({ contentType: CONTENT_TYPE });
  return { headers: { "content-type": "application/json" }, body: new TextEncoder().encode(facts) };
}

/** The URL of the session in the answer to that. */
export function sessionOf({ headers }: HttpResponse, url: string): string {
  const session = headers.get("location") ?? "";
  if (/^https?:\/\//i.test(session)) return session;
  throw new StoreError(`The upload of ${url} got no session: in a browser, CORS must expose Location.`, {
    url,
  });
}

/**
 * Sends `data` to the session in chunks of about `chunkBytes`. `send` gives how many bytes the service has, or `undefined`
 * when the value is written. Whatever fails, the session is given up.
 */
export async function sendToSession(
  send: (request: SessionRequest) => Promise<number | undefined>,
  session: string,
  data: Uint8Array,
  chunkBytes: number,
): Promise<void> {
  const size = Math.max(1, Math.round(chunkBytes / UNIT_BYTES)) * UNIT_BYTES;
  const total = data.byteLength;
  let standstills = 0;
  try {
    for (let start = 0; ;) {
      const end = Math.min(start + size, total);
      const has = await send({
        method: "PUT",
        session,
        headers: { "content-type": CONTENT_TYPE, "content-range": `bytes ${start}-${end - 1}/${total}` },
        body: data.subarray(start, end),
        end,
        commits: end === total,
      });
      if (has === undefined) return;
      standstills = has > start ? 0 : standstills + 1;
      if (standstills === MAX_STANDSTILLS || has >= total)
        throw new StoreError("The server takes no more of an upload, and does not complete it.");
      start = has;
    }
  } catch (error) {
    // The value is not written, and the parts cost until the session ends; but this failure is the one to report.
    await send({ method: "DELETE", session, headers: {}, body: undefined, end: 0, commits: false }).catch(
      () => {},
    );
    throw error;
  }
}

/**
 * How many bytes the service has, by an answer with status 308 to bytes up to `end`. Where a browser hides it, all: what
 * did not arrive leaves a gap, which the service refuses.
 */
export function receivedBytes({ headers, hidesHeaders }: HttpResponse, end: number): number {
  const range = headers.get("range");
  if (range === null && hidesHeaders === true) return end;
  const last = /^bytes=0-(\d{1,16})$/.exec(range ?? "")?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
