// @ts-check
/**
 * A small S3-compatible server in this process, for tests and the guide: real HTTP on
 * loopback, signatures checked by code of its own, and faults on demand. It keeps objects in
 * memory. Its rules are those of the Amazon S3 API reference: who may read what without a
 * signature, conditional writes, ranges, ListObjectsV2.
 */
import { createServer } from "node:http";
import { createHash } from "node:crypto";
import { applyFault, collectBody, parseRange, takeFault } from "./serving.mjs";
import { authenticate } from "./s3-authentication.mjs";
import { listBuckets, listObjects } from "./s3-listing.mjs";
import { errorDocument, S3Refusal } from "./s3-refusal.mjs";

/** @typedef {import("./embedded-s3.d.mts").S3ServerOptions} Options */
/** @typedef {import("./embedded-s3.d.mts").SeenRequest} Seen */

/**
 * Starts the server.
 *
 * @param {Options} [options]
 * @returns {Promise<import("./embedded-s3.d.mts").S3Server>}
 */
export async function startS3(options = {}) {
  const buckets = new Map(
    Object.entries(options.buckets ?? {}).map(([name, bucket]) => [name, makeBucket(bucket, options)]),
  );
  const credentials = new Map(
    Object.entries(options.credentials ?? {}).map(([key, value]) => [
      key,
      typeof value === "string" ? { secret: value } : value,
    ]),
  );
  /** @type {Seen[]} */
  const requests = [];
  /** @type {import("./embedded-s3.d.mts").Fault[]} */
  const faults = [];
  const clockMs = options.clockSkewMs ?? 0;

  const server = createServer(async (request, response) => {
    const target = locate(request, options.host ?? "s3.test", buckets);
    /** @type {Seen} */
    const seen = {
      method: request.method ?? "",
      url: request.url ?? "",
      bucket: target.bucket,
      key: target.key,
      query: target.query,
      headers: request.headers,
      status: undefined,
      aborted: false,
    };
    requests.push(seen);
    response.on("close", () => {
      seen.status = response.headersSent ? response.statusCode : undefined;
      seen.aborted = !response.writableFinished;
    });
    const fault = takeFault(faults, seen);
    try {
      const body = await collectBody(request);
      if (fault !== undefined && (await applyFault(fault, request, response))) return;
      const context = {
        request,
        target,
        body,
        buckets,
        credentials,
        now: new Date(Date.now() + clockMs),
        options,
      };
      const answer = request.method === "OPTIONS" ? preflight(request) : handle(context);
      send(request, response, answer, context.now, fault?.truncate);
    } catch (error) {
      if (!(error instanceof S3Refusal)) {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
        return;
      }
      const answer = { status: error.status, headers: error.headers, body: errorDocument(error) };
      send(request, response, answer, new Date(Date.now() + clockMs));
    }
  });
  await new Promise((resolve) => server.listen(options.port ?? 0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    inject: (fault) => void faults.push(fault),
    objects(bucket) {
      const found = buckets.get(bucket);
      if (found === undefined) throw new Error(`no bucket ${bucket}`);
      return found.objects;
    },
    put(bucket, key, value) {
      const found = buckets.get(bucket);
      if (found === undefined) throw new Error(`no bucket ${bucket}`);
      found.objects.set(key, makeObject(value));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param {import("./embedded-s3.d.mts").BucketOptions} bucket @param {Options} options */
function makeBucket(bucket, { pageSize }) {
  const given = bucket.objects ?? {};
  const entries = given instanceof Map ? [...given] : Object.entries(given);
  return { ...bucket, pageSize, objects: new Map(entries.map(([key, body]) => [key, makeObject(body)])) };
}

/** @param {Uint8Array | string} body @param {Record<string, string>} [headers] */
function makeObject(body, headers = {}) {
  const bytes = Buffer.from(typeof body === "string" ? new TextEncoder().encode(body) : body); // a copy
  return {
    body: bytes,
    etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
    modified: new Date(Math.floor(Date.now() / 1000) * 1000),
    headers,
  };
}

/**
 * Bucket, key and query of a request, by its path or by its host name.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {string} domain
 * @param {ReadonlyMap<string, unknown>} buckets
 */
function locate(request, domain, buckets) {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const query = new Map(
    (mark < 0 ? "" : url.slice(mark + 1))
      .split("&")
      .filter((pair) => pair !== "")
      .map((pair) => {
        const equals = pair.indexOf("=");
        const name = equals < 0 ? pair : pair.slice(0, equals);
        return [decode(name), equals < 0 ? "" : decode(pair.slice(equals + 1))];
      }),
  );
  const path = decode(rawPath).slice(1);
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  const sub = host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : host.replace(/\.s3\..*$/, "");
  if (sub !== host || buckets.has(host)) return { bucket: sub, key: path, query, rawPath };
  const slash = path.indexOf("/");
  return slash < 0
    ? { bucket: path, key: "", query, rawPath }
    : { bucket: path.slice(0, slash), key: path.slice(slash + 1), query, rawPath };
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {any} context */
function handle(context) {
  const { request, target, body, buckets, now } = context;
  const { bucket: name, key } = target;
  const identity = authenticate(context); // undefined: anonymous
  if (name === "") {
    if (identity === undefined) throw new S3Refusal(403, "AccessDenied", "Access Denied");
    return listBuckets(buckets);
  }
  const bucket = buckets.get(name);
  if (bucket === undefined) throw new S3Refusal(404, "NoSuchBucket", "The specified bucket does not exist");
  checkRegion(bucket, identity);
  const reads = request.method === "GET" || request.method === "HEAD";
  if (identity === undefined) {
    if (bucket.public !== true || !reads) throw new S3Refusal(403, "AccessDenied", "Access Denied");
    if (key === "" && bucket.list === false) throw new S3Refusal(403, "AccessDenied", "Access Denied");
  }
  if (bucket.requesterPays === true && request.headers["x-amz-request-payer"] !== "requester")
    throw new S3Refusal(403, "AccessDenied", "Access Denied");
  if (key === "" && reads) return listObjects(name, bucket, target.query);
  if (reads) return read(bucket, key, request, identity);
  if (request.method === "PUT") return write(bucket, key, request, body, now);
  if (request.method === "DELETE") {
    bucket.objects.delete(key);
    return { status: 204, headers: {}, body: undefined };
  }
  throw new S3Refusal(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
}

/** @param {any} bucket @param {{ region: string } | undefined} identity */
function checkRegion(bucket, identity) {
  const { region, wrongRegionStatus = 400 } = bucket;
  if (region === undefined || identity === undefined || identity.region === region) return;
  const headers = { "x-amz-bucket-region": region };
  if (wrongRegionStatus === 301)
    throw new S3Refusal(301, "PermanentRedirect", "The bucket must be addressed using another endpoint.", {
      headers,
    });
  throw new S3Refusal(
    400,
    "AuthorizationHeaderMalformed",
    `The authorization header is malformed; the region '${identity.region}' is wrong; expecting '${region}'`,
    { fields: { Region: region } },
  );
}

/** @param {any} bucket @param {string} key @param {import("node:http").IncomingMessage} request @param {unknown} identity */
function read(bucket, key, request, identity) {
  const object = bucket.objects.get(key);
  if (object === undefined) {
    // Who may not list does not learn what is missing.
    if (identity === undefined && bucket.list === false)
      throw new S3Refusal(403, "AccessDenied", "Access Denied");
    throw new S3Refusal(404, "NoSuchKey", "The specified key does not exist.", { fields: { Key: key } });
  }
  const size = object.body.byteLength;
  const headers = {
    etag: object.etag,
    "last-modified": object.modified.toUTCString(),
    "accept-ranges": "bytes",
    "content-type": "binary/octet-stream",
    ...object.headers,
  };
  const range = parseRange(request.headers.range, size);
  if (range === "unsatisfiable")
    throw new S3Refusal(416, "InvalidRange", "The requested range is not satisfiable", {
      headers: { "content-range": `bytes */${size}` },
    });
  if (range === undefined) return { status: 200, headers, body: object.body };
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${range.start}-${range.end - 1}/${size}` },
    body: object.body.subarray(range.start, range.end),
  };
}

/** @param {any} bucket @param {string} key @param {import("node:http").IncomingMessage} request @param {Buffer} body @param {Date} now */
function write(bucket, key, request, body, now) {
  // The whole body is here, so what follows happens in one step: of many writers, one is first.
  const present = bucket.objects.get(key);
  if (request.headers["if-none-match"] === "*" && present !== undefined) throw preconditionFailed();
  const match = request.headers["if-match"];
  if (match !== undefined) {
    if (present === undefined) throw new S3Refusal(404, "NoSuchKey", "The specified key does not exist.");
    if (present.etag !== match) throw preconditionFailed();
  }
  const object = { ...makeObject(body), modified: now };
  bucket.objects.set(key, object);
  return { status: 200, headers: { etag: object.etag }, body: undefined };
}

/** @param {import("node:http").IncomingMessage} request */
function preflight(request) {
  return {
    status: 200,
    headers: {
      "access-control-allow-methods": "GET, HEAD, PUT, DELETE",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-max-age": "3000",
    },
    body: undefined,
  };
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {{ status: number, headers: Record<string, string>, body: Uint8Array | string | undefined }} answer
 * @param {Date} now
 * @param {number} [truncate]
 */
function send(request, response, answer, now, truncate) {
  const body = Buffer.from(answer.body ?? "");
  response.writeHead(answer.status, {
    date: now.toUTCString(),
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Content-Range, Content-Length, Date, x-amz-bucket-region",
    ...(typeof answer.body === "string" ? { "content-type": "application/xml" } : {}),
    ...answer.headers,
    ...(answer.status === 204 ? {} : { "content-length": body.byteLength }),
  });
  if (request.method === "HEAD") return void response.end();
  if (truncate === undefined || truncate >= body.byteLength) return void response.end(body);
  response.write(body.subarray(0, truncate), () => response.destroy());
}

function preconditionFailed() {
  return new S3Refusal(
    412,
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
  );
}
