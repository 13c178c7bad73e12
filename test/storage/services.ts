/** The real object stores of this run: each with a bucket, and the file systems that reach it. */
import { azureAuthorization } from "../../src/fs/azure-signature.ts";
import { fromBase64 } from "../../src/fs/digest.ts";
import { AzureBlobFileSystem, GCSFileSystem, S3FileSystem } from "../../src/fs.ts";
import type { AbstractFileSystem, RemoteFileSystemOptions } from "../../src/fs.ts";
import { startAzurite, startFakeGcs, startSeaweed, startVersitygw } from "../servers/real.mjs";
import type {
  AzuriteServer,
  NoServer,
  RealServer,
  SeaweedServer,
  VersitygwServer,
} from "../servers/real.mjs";

/** Options that the file systems of all services take. */
export interface OpenOptions extends RemoteFileSystemOptions {
  readonly multipartThreshold?: number;
  readonly multipartPartBytes?: number;
}

/** A service that runs. */
export interface Service {
  readonly name: string;
  readonly bucket: string;
  /** A file system with the rights to do everything. */
  open(options?: OpenOptions): AbstractFileSystem;
  /** As `open`, with listings in pages of so many keys. */
  openPaged(limit: number): AbstractFileSystem;
  /** Variables that hold the credentials, for stores that are made from their JSON. */
  readonly environment: Readonly<Record<string, string>>;
  /** File systems that the service refuses. None where it checks nothing. */
  refused(options?: RemoteFileSystemOptions): AbstractFileSystem[];
  /** Does it heed a version on deletes? */
  readonly conditionalDeletes: boolean;
  /** Is a key a file, so that none lies below another? */
  readonly keysAreFiles?: boolean;
  /** Can a key have a backslash? */
  readonly backslashes: boolean;
  /** Requests for the last bytes of a value. */
  readonly suffixRequests: number;
  stop(): Promise<void>;
}

/** A service that cannot be had here, and why. */
export interface MissingService {
  readonly name: string;
  readonly reason: string;
}

const BUCKET = "zarrkit-tests";

/** What takes long to build is started only when it is asked for: `ZARRKIT_SERVERS=versitygw`. */
export const secondOpinion: boolean = process.env["ZARRKIT_SERVERS"] === "versitygw";

/** Starts all of them, or the one that is asked for. */
export async function startServices(): Promise<(Service | MissingService)[]> {
  if (secondOpinion)
    return [await startVersitygw(BUCKET).then((server) => serviceOf("versitygw", server, versitygw))];
  return Promise.all([
    startSeaweed().then((server) => serviceOf("SeaweedFS", server, seaweed)),
    startFakeGcs().then((server) => serviceOf("fake-gcs-server", server, fakeGcs)),
    startAzurite().then((server) => serviceOf("Azurite", server, azurite)),
  ]);
}

async function serviceOf<S extends RealServer>(
  name: string,
  server: S | NoServer,
  make: (server: S) => Promise<Omit<Service, "name" | "bucket" | "stop">>,
): Promise<Service | MissingService> {
  if ("reason" in server) return { name, reason: server.reason };
  return { name, bucket: BUCKET, stop: () => server.stop(), ...(await make(server)) };
}

async function seaweed({
  url,
  key,
  secret,
}: SeaweedServer): Promise<Omit<Service, "name" | "bucket" | "stop">> {
  const given = { key, secret, endpoint_url: url };
  await retried(() => new S3FileSystem(given).pipeFile(`${BUCKET}/made`, new Uint8Array(1))); // makes the bucket
  class Paged extends S3FileSystem {
    limit = 1000;
    protected override page(...[bucket, request]: Parameters<S3FileSystem["page"]>) {
      return super.page(bucket, { limit: this.limit, ...request });
    }
  }
  return {
    open: (options) => new S3FileSystem({ ...given, ...options }),
    openPaged: (limit) => Object.assign(new Paged(given), { limit }),
    environment: { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret },
    refused: (options) => [
      new S3FileSystem({ ...given, secret: `${secret}x`, ...options }),
      new S3FileSystem({ anon: true, endpoint_url: url, ...options }),
    ],
    conditionalDeletes: false,
    backslashes: false, // Amazon's can
    suffixRequests: 1,
  };
}

/** Keys are paths of files there: one that has keys below it is a directory, and no value. */
async function versitygw(server: VersitygwServer): Promise<Omit<Service, "name" | "bucket" | "stop">> {
  return { ...(await seaweed(server)), keysAreFiles: true, backslashes: true };
}

async function fakeGcs({ url }: RealServer): Promise<Omit<Service, "name" | "bucket" | "stop">> {
  const given = { token: "anon", endpoint_url: url, project: "tests" };
  const answer = await fetch(`${url}/storage/v1/b?project=tests`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: BUCKET }),
  });
  if (!answer.ok) throw new Error(`no bucket: ${answer.status} ${await answer.text()}`);
  class Paged extends GCSFileSystem {
    limit = 1000;
    protected override page(...[bucket, request]: Parameters<GCSFileSystem["page"]>) {
      return super.page(bucket, { limit: this.limit, ...request });
    }
  }
  return {
    open: (options) => new GCSFileSystem({ ...given, ...options }),
    openPaged: (limit) => Object.assign(new Paged(given), { limit }),
    environment: {},
    refused: () => [],
    conditionalDeletes: false, // Google's does; this server lets every delete pass
    backslashes: true,
    suffixRequests: 1,
  };
}

async function azurite(server: AzuriteServer): Promise<Omit<Service, "name" | "bucket" | "stop">> {
  const { url, account, accountKey } = server;
  const given = { account_name: account, account_key: accountKey, endpoint: url };
  const target = `${url}/${BUCKET}`;
  const headers: Record<string, string> = {
    "x-ms-version": "2021-08-06",
    "x-ms-date": new Date().toUTCString(),
  };
  headers["authorization"] = await azureAuthorization(
    {
      method: "PUT",
      path: new URL(target).pathname,
      query: { restype: "container" },
      headers,
      bodyLength: 0,
    },
    account,
    fromBase64(accountKey)!,
  );
  const answer = await fetch(`${target}?restype=container`, { method: "PUT", headers });
  if (!answer.ok) throw new Error(`no container: ${answer.status} ${await answer.text()}`);
  class Paged extends AzureBlobFileSystem {
    limit = 5000;
    protected override page(...[bucket, request]: Parameters<AzureBlobFileSystem["page"]>) {
      return super.page(bucket, { limit: this.limit, ...request });
    }
  }
  return {
    open: (options) => new AzureBlobFileSystem({ ...given, ...options }),
    openPaged: (limit) => Object.assign(new Paged(given), { limit }),
    environment: { AZURE_STORAGE_ACCOUNT_NAME: account, AZURE_STORAGE_ACCOUNT_KEY: accountKey },
    refused: (options) => [
      new AzureBlobFileSystem({ ...given, account_key: btoa("another key"), ...options }),
      new AzureBlobFileSystem({ account_name: account, endpoint: url, anon: true, ...options }),
    ],
    conditionalDeletes: true,
    backslashes: false,
    suffixRequests: 2,
  };
}

/** A server that has just started may refuse its first write. */
async function retried(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}
