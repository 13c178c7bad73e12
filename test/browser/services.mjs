// What the pages talk to: web servers and an S3 server on loopback, of test/servers, with the vectors on one of them.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { startHttp } from "../servers/embedded-http.mjs";
import { startS3 } from "../servers/embedded-s3.mjs";
import { allowAzureOrigins, makeAzureContainer, makeGcsBucket } from "../servers/prepare.mjs";
import { startAzurite, startFakeGcs } from "../servers/real.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const vectors = join(here, "..", "vectors");
const icechunk = join(here, "..", "..", "src", "storage", "icechunk", "fixtures", "dictionary");

export const S3_KEY = "browser-key";
export const S3_SECRET = "browser-secret";

/**
 * Starts them. `web` answers preflights, `strict` refuses them as servers without a CORS set-up do; their files
 * are apart.
 */
export async function startServices() {
  const web = await startHttp({
    files: new Map([...filesBelow(vectors, "/vectors"), ...filesBelow(icechunk, "/icechunk")]),
    behaviour: { preflight: true, listings: true },
  });
  const strict = await startHttp({ behaviour: { listings: true } });
  const s3 = await startS3({
    buckets: { private: {}, public: { public: true } },
    credentials: { [S3_KEY]: S3_SECRET },
    // Small, so that listings have pages.
    pageSize: 7,
  });
  // The real ones; a page skips what cannot be had here.
  const [azure, gcs] = await Promise.all([startAzurite(), startFakeGcs()]);
  if (azure.url !== undefined) {
    await allowAzureOrigins(azure);
    await makeAzureContainer(azure, "browser");
  }
  if (gcs.url !== undefined) await makeGcsBucket(gcs, "browser");
  return {
    web,
    strict,
    s3,
    /** What a page has to know of them. */
    facts: {
      webUrl: web.url,
      strictUrl: strict.url,
      s3Url: s3.url,
      s3Key: S3_KEY,
      s3Secret: S3_SECRET,
      azure: { url: azure.url, reason: azure.reason, account: azure.account, accountKey: azure.accountKey },
      gcs: { url: gcs.url, reason: gcs.reason },
    },
    close: () => Promise.all([web.close(), strict.close(), s3.close(), azure.stop?.(), gcs.stop?.()]),
  };
}

function filesBelow(folder, prefix) {
  const files = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    files.set(`${prefix}/${relative(folder, file).split(sep).join("/")}`, readFileSync(file));
  }
  return files;
}
