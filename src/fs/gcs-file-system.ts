/**
 * Google Cloud Storage.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { FileNotFoundError, StoreError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { nodeProcess } from "../base/platform.ts";
import { BodyReader } from "./body-reader.ts";
import type { SignOptions, VersionedFile } from "./file-types.ts";
import { GcsCredentials } from "./gcs-credentials.ts";
import { gcsErrorReason, parseGcsBuckets, parseGcsPage, parseGcsResource } from "./gcs-listing.ts";
import type { GcsResource } from "./gcs-listing.ts";
import { readGcsOptions } from "./gcs-options.ts";
import type { GCSFileSystemOptions, GcsSettings, GoogleToken } from "./gcs-options.ts";
import { signGcsUrl } from "./gcs-signature.ts";
import {
  mediaBody,
  receivedBytes,
  relatedBody,
  sendToSession,
  sessionStart,
  sessionOf,
} from "./gcs-upload.ts";
import type { SessionRequest } from "./gcs-upload.ts";
import { ObjectFileSystem } from "./object-file-system.ts";
import type { ObjectPage, ObjectPath, ObjectWrite, PageRequest } from "./object-file-system.ts";
import { encodeSegment } from "./percent-encoding.ts";
import { lookFirst, PreconditionFailed } from "./precondition.ts";
import type { Precondition } from "./precondition.ts";
import { redactUrl } from "./redact.ts";
import type { RemoteObject } from "./remote-object.ts";
import type { Exchange, RefusalVerdict } from "./request-policy.ts";
import { readSigning } from "./signing.ts";
import type { HttpResponse } from "./transport.ts";

/** One request. */
interface GcsRequest<T> extends AbortOptions {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the endpoint, encoded. */
  readonly path: string;
  /** What is read or written, if it is one object. */
  readonly object?: ObjectPath | undefined;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  readonly sending?: (() => void) | undefined;
  readonly accept?: Exchange<T>["accept"] | undefined;
  readonly consume: Exchange<T>["consume"];
  readonly refused?: ((status: number) => void) | undefined;
}

const ENDPOINT = "https://storage.googleapis.com";
const MAX_DOCUMENT_BYTES = 32 * 2 ** 20;
const VERSION_ATTEMPTS = 5;
const MAX_SIGNED_SECONDS = 7 * 24 * 3600;
const RESOURCE_FIELDS = "name,size,etag,generation,updated";
const OK = (status: number): boolean => status >= 200 && status <= 204;

/**
 * Google Cloud Storage, by its JSON API, which browsers may use for any public bucket. Paths
 * are `bucket/key`; a key is an opaque string. A version is an object's generation: writes in
 * mode `"create"`, and writes and deletes by `ifMatch`, are atomic.
 *
 * @example
 * ```ts no-run
 * const fs = new GCSFileSystem({ token: "anon" });
 * const bytes = await fs.catFile("gcp-public-data-arco-era5/ar/zarr.json", { end: 100 });
 * ```
 */
export class GCSFileSystem extends ObjectFileSystem {
  static override readonly protocol: readonly string[] = ["gs", "gcs"];
  readonly #settings: GcsSettings;
  readonly #endpoint: string;
  readonly #credentials: GcsCredentials;

  /** @throws TypeError for an unknown option or a wrong type. */
  constructor(options: GCSFileSystemOptions = {}) {
    const settings = readGcsOptions(options);
    super(settings.remote.client, settings.remote.ranges);
    const emulator = nodeProcess()?.env?.["STORAGE_EMULATOR_HOST"] || undefined;
    this.#settings = settings;
    this.#endpoint = withScheme(settings.endpoint ?? emulator ?? ENDPOINT);
    // Credentials of the environment are not for an emulator.
    const emulated = settings.endpoint === undefined && emulator !== undefined;
    const source = settings.source ?? { kind: emulated ? "anonymous" : "default" };
    this.#credentials = new GcsCredentials(settings, source, settings.remote.client.transport);
  }

  override get className(): string {
    return this.constructor === GCSFileSystem ? "GCSFileSystem" : super.className;
  }

  override get supportsConditionalDeletes(): boolean {
    return true;
  }

  override getOptions(): JsonObject {
    const { source, endpoint, project, requesterPays } = this.#settings;
    return {
      ...(source?.kind === "anonymous" ? { token: "anon" } : {}),
      ...(source?.kind === "machine" ? { token: "cloud" } : {}),
      ...(endpoint === undefined ? {} : { endpoint_url: redactUrl(endpoint) }),
      ...(project === undefined ? {} : { project }),
      ...(requesterPays === false ? {} : { requester_pays: requesterPays }),
    };
  }

  override location(path: string): string {
    return `gs:${this.#endpoint}:${this.bare(path)}`;
  }

  override async catFileVersioned(path: string, options: AbortOptions = {}): Promise<VersionedFile> {
    throwIfAborted(options.signal);
    const { bucket, key } = this.file(path);
    const object = this.object({ bucket, key });
    for (let attempt = 0; attempt < VERSION_ATTEMPTS; attempt++) {
      const found = await this.readWith(object, (answer) => this.versionOf(answer), options);
      if (found[1] !== undefined) return { bytes: found[0], version: found[1] };
      // Where the header is hidden, the generation is asked for first, and then exactly that one.
      const { generation } = await this.#resource({ bucket, key }, options);
      if (generation === undefined) break;
      try {
        const [bytes] = await this.readWith(this.#at({ bucket, key }, generation), () => undefined, options);
        return { bytes, version: generation };
      } catch (error) {
        if (!(error instanceof FileNotFoundError)) throw error; // replaced meanwhile: look again
      }
    }
    throw new StoreError(`The version of ${this.urlOf(path)} cannot be told.`, { url: this.urlOf(path) });
  }

  /** A URL by the signature of a service account's key, as version 4 of the process has it. */
  override async sign(path: string, options?: number | SignOptions): Promise<string> {
    const { expiration, method, signal } = readSigning(options, MAX_SIGNED_SECONDS);
    const { bucket, key } = this.file(path);
    const account = await this.#credentials.signer({ signal });
    const project = this.#payer();
    return signGcsUrl({ method, endpoint: this.#endpoint, bucket, key, expiration, project }, account);
  }

  protected override versionOf(response: HttpResponse): string | undefined {
    const generation = response.headers.get("x-goog-generation");
    return generation !== null && /^\d{1,20}$/.test(generation) ? generation : undefined;
  }

  protected override urlOf(path: string): string {
    return `gs://${this.bare(path)}`;
  }

  protected override object(path: ObjectPath): RemoteObject {
    return this.#at(path, undefined);
  }

  protected override async put(write: ObjectWrite): Promise<void> {
    const { bucket, key, data, precondition, signal, sending } = write;
    if (data.byteLength > this.#settings.multipartThreshold) {
      if (precondition === undefined) return this.#putInParts(write);
      // The emulators heed no condition of an upload in parts, so that a conditional one is one request.
      await lookFirst(
        precondition,
        async () => (await this.#resource({ bucket, key }, { signal })).generation,
      );
    }
    // Both forms are Google's; the emulators heed conditions in this one alone, which copies the bytes.
    const { type, headers, body } = precondition === undefined ? mediaBody(data) : relatedBody(data);
    await this.#send<void>({
      method: "POST",
      path: `/upload/storage/v1/b/${encodeSegment(bucket)}/o`,
      object: { bucket, key },
      query: { uploadType: type, name: key, ...generationQuery(precondition) },
      headers,
      body,
      signal,
      sending,
      consume: async (_, body) => void (await body.readText(MAX_DOCUMENT_BYTES)),
      refused: (status) => {
        if (precondition !== undefined && status === 412) throw new PreconditionFailed();
      },
    });
  }

  async #putInParts(write: ObjectWrite): Promise<void> {
    const { bucket, key, data, signal, sending } = write;
    const session = await this.#send<string>({
      method: "POST",
      path: `/upload/storage/v1/b/${encodeSegment(bucket)}/o`,
      query: { uploadType: "resumable", name: key },
      ...sessionStart(),
      signal,
      consume: (answer) => sessionOf(answer, objectUrl({ bucket, key })),
    });
    const send = (part: SessionRequest): Promise<number | undefined> => {
      const { method, headers, body } = part;
      return this.client.send<number | undefined>({
        method,
        url: part.session,
        value: objectUrl({ bucket, key }),
        signal: method === "DELETE" ? undefined : signal, // giving up is not given up
        prepare: () => {
          if (part.commits) sending();
          // The answer 308 names no other place, so that it is not followed; browsers hide it from who follows none.
          return { method, url: part.session, headers, body, redirect: "follow", credentials: "omit" };
        },
        accept: (status) => OK(status) || status === 308 || (method === "DELETE" && status === 499),
        consume: (answer) => (answer.status === 308 ? receivedBytes(answer, part.end) : undefined),
        refused: ({ text }) => ({ kind: "fail", reason: gcsErrorReason(text), missing: false }),
      });
    };
    await sendToSession(send, session, data, this.#settings.multipartPartBytes);
  }

  protected override async remove(
    path: ObjectPath,
    precondition: Precondition | undefined,
    options: AbortOptions,
  ): Promise<void> {
    await this.#send<void>({
      method: "DELETE",
      path: objectPath(path),
      object: path,
      query: generationQuery(precondition),
      signal: options.signal,
      consume: async (_, body) => void (await body.readText(MAX_DOCUMENT_BYTES)),
      refused: (status) => {
        if (precondition !== undefined && (status === 412 || status === 404)) throw new PreconditionFailed();
      },
    });
  }

  protected override page(bucket: string, request: PageRequest): Promise<ObjectPage> {
    const { prefix, delimited, token, limit, signal } = request;
    return this.#send({
      method: "GET",
      path: `/storage/v1/b/${encodeSegment(bucket)}/o`,
      query: {
        prefix,
        delimiter: delimited === true ? "/" : undefined,
        pageToken: token,
        maxResults: limit === undefined ? undefined : String(limit),
        fields: "items(name,size,etag,generation,updated),prefixes,nextPageToken",
      },
      signal,
      consume: async (_, body) =>
        parseGcsPage(new TextDecoder().decode(await body.readAll(MAX_DOCUMENT_BYTES))),
    });
  }

  protected override async buckets(options: AbortOptions): Promise<string[]> {
    const names: string[] = [];
    let pageToken: string | undefined;
    do {
      const page: ReturnType<typeof parseGcsBuckets> = await this.#send({
        method: "GET",
        path: "/storage/v1/b",
        query: { project: this.#project() ?? "", pageToken },
        signal: options.signal,
        consume: async (_, body) =>
          parseGcsBuckets(new TextDecoder().decode(await body.readAll(MAX_DOCUMENT_BYTES))),
      });
      names.push(...page.names);
      if (page.next === pageToken) break;
      pageToken = page.next;
    } while (pageToken !== undefined);
    return names;
  }

  /** An object, or one generation of it. */
  #at(path: ObjectPath, generation: string | undefined): RemoteObject {
    return {
      origin: this.#endpoint,
      url: objectUrl(path),
      send: async (method, headers, accept, consume, options) => {
        if (method === "GET")
          return this.#send({
            method,
            path: `/download${objectPath(path)}`,
            object: path,
            query: { alt: "media", generation },
            headers: { ...headers, "accept-encoding": "identity" },
            accept,
            consume,
            signal: options.signal,
          });
        // The JSON API documents no HEAD: its facts are a small document.
        const answer = answerOf(await this.#resource(path, options));
        return consume(answer, new BodyReader(answer, () => {}), 1);
      },
    };
  }

  #resource(path: ObjectPath, options: AbortOptions): Promise<GcsResource> {
    return this.#send({
      method: "GET",
      path: objectPath(path),
      object: path,
      query: { fields: RESOURCE_FIELDS },
      signal: options.signal,
      consume: async (_, body) =>
        parseGcsResource(new TextDecoder().decode(await body.readAll(MAX_DOCUMENT_BYTES))),
    });
  }

  #send<T>(request: GcsRequest<T>): Promise<T> {
    const { method, body, signal } = request;
    const query = Object.entries({ ...request.query, userProject: this.#payer() })
      .filter((pair): pair is [string, string] => pair[1] !== undefined)
      .map(([name, value]) => `${name}=${encodeSegment(value)}`);
    const url = this.#endpoint + request.path + (query.length === 0 ? "" : `?${query.join("&")}`);
    let used: GoogleToken | undefined;
    let renewed = false;
    return this.client.send<T>({
      method,
      url,
      value: request.object && objectUrl(request.object),
      signal,
      accept: request.accept ?? OK,
      consume: request.consume,
      prepare: async () => {
        used = await this.#credentials.get({ signal });
        request.sending?.();
        return {
          method,
          url,
          headers: {
            ...request.headers,
            ...(used === undefined ? {} : { authorization: `Bearer ${used.token}` }),
          },
          body,
          redirect: used === undefined ? "follow" : "manual",
          credentials: "omit",
        };
      },
      refused: ({ status, text }): RefusalVerdict => {
        request.refused?.(status);
        if (status === 401 && used !== undefined && this.#credentials.refreshable && !renewed) {
          renewed = true;
          this.#credentials.invalidate(used);
          return { kind: "again" };
        }
        const said = gcsErrorReason(text);
        const anonymous = used === undefined && (status === 401 || status === 403);
        return {
          kind: "fail",
          reason: anonymous ? `${said ?? "forbidden"}; the request was anonymous` : said,
        };
      },
    });
  }

  /** The project that pays, where it is the one who asks. */
  #payer(): string | undefined {
    const pays = this.#settings.requesterPays;
    return pays === true ? this.#project() : pays === false ? undefined : pays;
  }

  #project(): string | undefined {
    const env = nodeProcess()?.env ?? {};
    return this.#settings.project ?? (env["GOOGLE_CLOUD_PROJECT"] || undefined) ?? this.#credentials.project;
  }
}

function objectUrl({ bucket, key }: ObjectPath): string {
  return `gs://${bucket}/${key}`;
}

function objectPath({ bucket, key }: ObjectPath): string {
  if (key === "." || key === "..")
    throw new StoreError(`No URL can carry the key ${JSON.stringify(key)}.`, { key });
  return `/storage/v1/b/${encodeSegment(bucket)}/o/${encodeSegment(key)}`;
}

function generationQuery(precondition: Precondition | undefined): Record<string, string> {
  if (precondition === undefined) return {};
  return { ifGenerationMatch: precondition.kind === "absent" ? "0" : precondition.version };
}

/** The facts of a resource as the headers that a HEAD would give. */
function answerOf({ size, etag, generation, updated }: GcsResource): HttpResponse {
  const headers = new Map<string, string>();
  if (size !== null) headers.set("content-length", String(size));
  if (etag !== undefined) headers.set("etag", etag);
  if (generation !== undefined) headers.set("x-goog-generation", generation);
  if (updated !== undefined) headers.set("last-modified", updated.toUTCString());
  return { status: 200, headers: { get: (name) => headers.get(name) ?? null }, body: null };
}

function withScheme(endpoint: string): string {
  const url = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new TypeError(`GCS endpoint_url ${JSON.stringify(endpoint)} is no URL.`, { cause });
  }
  if (parsed.protocol === "http:" || parsed.protocol === "https:") return url.replace(/\/+$/, "");
  throw new TypeError(`GCS endpoint_url ${JSON.stringify(endpoint)} is no http URL.`);
}
