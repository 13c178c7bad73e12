/**
 * Probes of an HTTP server, one request each, as readers and browsers make them.
 *
 * @module
 */
import type { Findings } from "./finding.ts";
import { oneLine } from "./finding.ts";

/** What is probed. */
export interface HttpTarget {
  /** A value that is there; best a chunk of a few hundred bytes or more. */
  readonly url: string;
  /** Its bytes, as they were read without a range. */
  readonly bytes: Uint8Array;
  /** Beside it, where nothing is. */
  readonly missingUrl: string;
  /** Page of a browser that would read. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const TIMEOUT = 20_000;
const NGINX_CORS = "answer with Access-Control-Allow-Origin: * (or the page's origin)";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly redirected: boolean;
  readonly url: string;
}

/** Asks everything. A probe that cannot be made is a finding, too. */
export async function probeHttp(target: HttpTarget, findings: Findings): Promise<void> {
  const probes: [string, (target: HttpTarget, findings: Findings) => Promise<void>][] = [
    ["transport", probeTransport],
    ["missing keys", probeMissing],
    ["HEAD", probeHead],
    ["ranges", probeRange],
    ["suffix ranges", probeSuffix],
    ["CORS", probeCors],
    ["CORS preflight", probePreflight],
  ];
  for (const [name, probe] of probes) {
    try {
      await probe(target, findings);
    } catch (error) {
      if (target.signal.aborted) throw target.signal.reason;
      findings.fail(
        name,
        `The request failed: ${causeOf(error)}.`,
        "Look at the server's log for this request.",
      );
    }
  }
}

async function probeTransport(target: HttpTarget, findings: Findings): Promise<void> {
  const { protocol, hostname } = new URL(target.url);
  const answer = await ask(target, { method: "GET" });
  const isLocal = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  if (protocol === "http:" && !isLocal)
    findings.warn("transport", "Plain http: pages that came by https may not read it.", "Serve it by https.");
  else findings.ok("transport", protocol === "https:" ? "https" : "http on this machine");
  if (answer.redirected)
    findings.warn(
      "redirects",
      `Each request is answered by a redirect to ${new URL(answer.url).origin}.`,
      `Use the address that it leads to: one round trip less for every chunk.`,
    );
  const encoding = answer.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity")
    findings.warn(
      "compression",
      `Values are sent with Content-Encoding: ${encoding}; ranges of such answers are of the compressed bytes.`,
      "Switch off compression for chunks: they are compressed already.",
    );
  if (answer.headers.get("etag") === null && answer.headers.get("last-modified") === null)
    findings.warn(
      "versions",
      "Answers have neither ETag nor Last-Modified.",
      "Send one of them, so that caches can tell whether a value has changed.",
    );
  else findings.ok("versions", answer.headers.get("etag") === null ? "Last-Modified" : "ETag");
}

async function probeMissing(target: HttpTarget, findings: Findings): Promise<void> {
  const { status, body } = await ask({ ...target, url: target.missingUrl }, { method: "GET" });
  if (status === 404 || status === 410)
    findings.ok("missing keys", `A key that is not there is answered with ${status}.`);
  else if (status === 403 || status === 401)
    findings.fail(
      "missing keys",
      `A key that is not there is answered with ${status}, as one that is forbidden: chunks that were never written read as errors.`,
      "Allow listing (s3:ListBucket) to whoever reads, so that a missing key is a 404; or read with the store option allowedExceptions.",
    );
  else if (status < 400)
    findings.fail(
      "missing keys",
      `A key that is not there is answered with ${status} and ${body.length} bytes: they would be taken for a chunk.`,
      "Answer 404 for files that are not there; switch off the fallback page (try_files … /index.html) for this path.",
    );
  else
    findings.fail(
      "missing keys",
      `A key that is not there is answered with ${status}.`,
      "Answer 404 for files that are not there.",
    );
}

async function probeHead(target: HttpTarget, findings: Findings): Promise<void> {
  const { status, headers } = await ask(target, { method: "HEAD" });
  const length = headers.get("content-length");
  if (status !== 200)
    findings.warn(
      "HEAD",
      `HEAD is answered with ${status}; sizes cost a ranged GET.`,
      "Allow HEAD wherever GET is allowed.",
    );
  else if (length === null)
    findings.warn(
      "HEAD",
      "HEAD tells no Content-Length.",
      "Send Content-Length; zip archives and shards are opened from their ends.",
    );
  else if (
    Number(length) !== target.bytes.length &&
    (headers.get("content-encoding") ?? "identity") === "identity"
  )
    findings.fail(
      "HEAD",
      `HEAD says ${length} bytes, and there are ${target.bytes.length}.`,
      "Make HEAD answer as GET does.",
    );
  else findings.ok("HEAD", `Content-Length ${length}`);
}

async function probeRange(target: HttpTarget, findings: Findings): Promise<void> {
  const { bytes } = target;
  if (bytes.length < 4)
    return findings.skip("ranges", "The value at hand is too short to ask for a part of it.");
  const [start, end] = [1, Math.min(bytes.length, 11)];
  const answer = await ask(target, { method: "GET", range: `bytes=${start}-${end - 1}` });
  const fix =
    "Serve the files by a server that knows byte ranges (nginx, S3, most others); a proxy may have to pass Range on.";
  judgeRange("ranges", answer, bytes, start, end, findings, fix);
}

async function probeSuffix(target: HttpTarget, findings: Findings): Promise<void> {
  const { bytes } = target;
  if (bytes.length < 4)
    return findings.skip("suffix ranges", "The value at hand is too short to ask for a part of it.");
  const length = Math.min(8, bytes.length - 1);
  const answer = await ask(target, { method: "GET", range: `bytes=-${length}` });
  const fix =
    "zarrkit asks for the size first, at the price of a request for each shard; other readers fail.";
  if (answer.status >= 400) {
    findings.warn("suffix ranges", `The last ${length} bytes are refused with ${answer.status}.`, fix);
    return;
  }
  judgeRange("suffix ranges", answer, bytes, bytes.length - length, bytes.length, findings, fix);
}

function judgeRange(
  probe: string,
  { status, headers, body }: Answer,
  bytes: Uint8Array,
  start: number,
  end: number,
  findings: Findings,
  fix: string,
): void {
  const asked = `bytes ${start} to ${end - 1}`;
  const said = headers.get("content-range");
  const encoding = headers.get("content-encoding") ?? "identity";
  if (status === 200)
    findings.fail(
      probe,
      `A request for ${asked} is answered with 200 and all ${body.length} bytes: shards and archives are read whole.`,
      fix,
    );
  else if (status !== 206) findings.fail(probe, `A request for ${asked} is answered with ${status}.`, fix);
  else if (encoding !== "identity")
    findings.fail(
      probe,
      `A range is answered with Content-Encoding: ${encoding}.`,
      "Switch off compression for answers to ranges.",
    );
  else if (said === null)
    findings.fail(
      probe,
      "The 206 has no Content-Range.",
      "Send Content-Range with every 206; a proxy may drop it.",
    );
  else if (!said.startsWith(`bytes ${start}-${end - 1}/`))
    findings.fail(probe, `A request for ${asked} is answered with Content-Range: ${said}.`, fix);
  else if (body.length !== end - start || body.some((byte, i) => byte !== bytes[start + i]))
    findings.fail(
      probe,
      `A request for ${asked} is answered with ${body.length} bytes that are not those.`,
      fix,
    );
  else findings.ok(probe, `206, ${said}`);
}

async function probeCors(target: HttpTarget, findings: Findings): Promise<void> {
  const { origin } = target;
  const { headers } = await ask(target, { method: "GET", range: "bytes=0-0", extra: { Origin: origin } });
  const allowed = headers.get("access-control-allow-origin");
  if (allowed !== "*" && allowed !== origin) {
    const seen =
      allowed === null
        ? "There is no Access-Control-Allow-Origin"
        : `Access-Control-Allow-Origin is ${allowed}`;
    findings.fail("CORS", `${seen}: pages from ${origin} cannot read.`, NGINX_CORS);
    return;
  }
  findings.ok("CORS", `Access-Control-Allow-Origin: ${allowed}`);
  const exposed = (headers.get("access-control-expose-headers") ?? "").toLowerCase().split(/\s*,\s*/);
  const hidden = ["Content-Range", "ETag"].filter(
    (name) => !exposed.includes("*") && !exposed.includes(name.toLowerCase()),
  );
  if (hidden.length > 0)
    findings.warn(
      "CORS headers",
      `Pages cannot see ${hidden.join(" and ")}.`,
      "Answer with Access-Control-Expose-Headers: Content-Range, Content-Length, ETag",
    );
  else findings.ok("CORS headers", "Content-Range and ETag are exposed.");
}

async function probePreflight(target: HttpTarget, findings: Findings): Promise<void> {
  const { origin } = target;
  const { status, headers } = await ask(target, {
    method: "OPTIONS",
    extra: {
      Origin: origin,
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "range",
    },
  });
  const list = (name: string): string[] => (headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/);
  const allowed = headers.get("access-control-allow-origin");
  const names = list("access-control-allow-headers");
  const mayAsk =
    status >= 200 &&
    status < 300 &&
    (allowed === "*" || allowed === origin) &&
    (names.includes("*") || names.includes("range"));
  if (mayAsk) findings.ok("CORS preflight", "Pages may send Range of any form.");
  else
    findings.warn(
      "CORS preflight",
      `A browser that asks before it sends a suffix range or a header of its own is answered with ${status}${headers.get("access-control-allow-headers") === null ? "" : ` (allowed headers: ${names.join(", ")})`}: pages can send plain ranges only.`,
      "Answer OPTIONS with 204, Access-Control-Allow-Methods: GET, HEAD and Access-Control-Allow-Headers: Range",
    );
}

interface Question {
  readonly method: string;
  readonly range?: string;
  readonly extra?: Readonly<Record<string, string>>;
}

async function ask(target: HttpTarget, { method, range, extra }: Question): Promise<Answer> {
  const response = await fetch(target.url, {
    method,
    headers: { ...target.headers, ...(range === undefined ? {} : { Range: range }), ...extra },
    signal: AbortSignal.any([target.signal, AbortSignal.timeout(TIMEOUT)]),
  });
  const body = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    body,
    redirected: response.redirected,
    url: response.url,
  };
}

/** fetch hides why it failed behind "fetch failed". */
function causeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return oneLine(cause ?? error);
}
