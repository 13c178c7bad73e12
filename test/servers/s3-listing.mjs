// @ts-check
/** ListObjectsV2 and ListBuckets, from the server's side. */
import { escapeXml, S3Refusal } from "./s3-refusal.mjs";

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** @param {ReadonlyMap<string, unknown>} buckets */
export function listBuckets(buckets) {
  const names = [...buckets.keys()].sort();
  const items = names.map((name) => `<Bucket><Name>${escapeXml(name)}</Name></Bucket>`).join("");
  return xml(`<ListAllMyBucketsResult ${XMLNS}><Buckets>${items}</Buckets></ListAllMyBucketsResult>`);
}

/**
 * One page. Keys are in the order of their UTF-8 bytes; a common prefix counts as one entry.
 *
 * @param {string} name
 * @param {any} bucket
 * @param {ReadonlyMap<string, string>} query
 */
export function listObjects(name, bucket, query) {
  if (query.get("list-type") !== "2")
    throw new S3Refusal(501, "NotImplemented", "Only ListObjectsV2 is implemented.");
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const limit = Math.min(Number(query.get("max-keys") ?? 1000), bucket.pageSize ?? 1000);
  const token = query.get("continuation-token");
  const after = token === undefined ? (query.get("start-after") ?? "") : readToken(token);
  const encode = query.get("encoding-type") === "url" ? encodeKey : escapeXml;

  const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(prefix));
  keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  /** @type {string[]} */
  const entries = [];
  let last = "";
  let count = 0;
  let truncated = false;
  for (const key of keys) {
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    const place = common ?? key;
    if (place === last && common !== undefined) continue;
    if (Buffer.compare(Buffer.from(place), Buffer.from(after)) <= 0) continue;
    if (count === limit) {
      truncated = true;
      break;
    }
    count++;
    last = place;
    if (common !== undefined) {
      entries.push(`<CommonPrefixes><Prefix>${encode(common)}</Prefix></CommonPrefixes>`);
      continue;
    }
    const object = bucket.objects.get(key);
    entries.push(
      `<Contents><Key>${encode(key)}</Key><LastModified>${object.modified.toISOString()}</LastModified>` +
        `<ETag>${escapeXml(object.etag)}</ETag><Size>${object.body.byteLength}</Size></Contents>`,
    );
  }
  const next = truncated
    ? `<NextContinuationToken>${Buffer.from(last).toString("base64")}</NextContinuationToken>`
    : "";
  const encoding = query.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : "";
  return xml(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult ${XMLNS}><Name>${escapeXml(name)}</Name>` +
      `<Prefix>${encode(prefix)}</Prefix><KeyCount>${count}</KeyCount><MaxKeys>${limit}</MaxKeys>${encoding}` +
      `<IsTruncated>${truncated}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`,
  );
}

/** @param {string} token */
function readToken(token) {
  const text = Buffer.from(token, "base64").toString();
  if (Buffer.from(text).toString("base64") === token) return text;
  throw new S3Refusal(400, "InvalidArgument", "The continuation token provided is incorrect");
}

/** As S3 does it: a space is a plus, a slash stays. @param {string} key */
function encodeKey(key) {
  return encodeURIComponent(key).replace(/%20/g, "+").replace(/%2F/g, "/");
}

/** @param {string} body */
function xml(body) {
  return { status: 200, headers: {}, body };
}
