/**
 * S3 and what speaks its language.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { SignOptions } from "./file-types.ts";
import { ObjectFileSystem } from "./object-file-system.ts";
import type { ObjectPage, ObjectPath, ObjectWrite, PageRequest } from "./object-file-system.ts";
import { lookFirst, PreconditionFailed, preconditionHeaders } from "./precondition.ts";
import type { Precondition } from "./precondition.ts";
import { redactUrl } from "./redact.ts";
import type { RemoteObject } from "./remote-object.ts";
import type { Refusal, RefusalVerdict } from "./request-policy.ts";
import { S3Client } from "./s3-client.ts";
import { readS3Error } from "./s3-error.ts";
import { S3BatchDelete } from "./s3-batch-delete.ts";
import { parseS3Buckets, parseS3Page } from "./s3-listing.ts";
import { uploadInParts } from "./s3-multipart.ts";
import { readS3Options } from "./s3-options.ts";
import type { S3FileSystemOptions, S3Settings } from "./s3-options.ts";
import { readSigning } from "./signing.ts";

const MAX_PAGE_BYTES = 16 * 2 ** 20;
const WRITTEN = (status: number): boolean => status >= 200 && status <= 204;
const MAX_SIGNED_SECONDS = 7 * 24 * 3600;

/**
 * Amazon S3, or a service like it. Paths are `bucket/key`; a key is an opaque string, and
 * directories are what lies between its slashes.
 *
 * Keys come from the options, the `credentials` callback, the environment, a web identity, the
 * shared files of the AWS tools, the container's or the machine's own service, in this order;
 * without any, the first request fails and says so: `anon: true` is never assumed. Writes in
 * mode `"create"` and by `ifMatch` are atomic where the service honours these conditions, as
 * Amazon's does; a service that says that it does not is an `UnsupportedError`.
 *
 * @example
 * ```ts
 * const fs = new S3FileSystem({ anon: true });
 * const bytes = await fs.catFile("noaa-nwm-retro-v2-zarr-pds/.zgroup", { end: 100 });
 * ```
 */
export class S3FileSystem extends ObjectFileSystem {
  static override readonly protocol: readonly string[] = ["s3", "s3a"];
  readonly #settings: S3Settings;
  readonly #s3: S3Client;
  readonly #batches: S3BatchDelete;
  #unconditional = false;

  /** @throws TypeError for an unknown option or a wrong type. */
  constructor(options: S3FileSystemOptions = {}) {
    const settings = readS3Options(options);
    super(settings.remote.client, settings.remote.ranges);
    this.#settings = settings;
    this.#s3 = new S3Client(this.client, settings);
    this.#batches = new S3BatchDelete(this.#s3);
  }

  override get className(): string {
    return this.constructor === S3FileSystem ? "S3FileSystem" : super.className;
  }

  /** Until the service says that it knows no conditions. */
  override get supportsConditionalWrites(): boolean {
    return this.#settings.conditionalWrites && !this.#unconditional;
  }

  override getOptions(): JsonObject {
    const { anon, profile, endpoint, region, requesterPays, style } = this.#settings;
    return {
      ...(anon ? { anon } : {}),
      ...(profile === undefined ? {} : { profile }),
      ...(endpoint === undefined ? {} : { endpoint_url: redactUrl(endpoint) }),
      ...(region === undefined ? {} : { region }),
      ...(requesterPays ? { requester_pays: true } : {}),
      ...(style === "auto" ? {} : { addressing_style: style }),
    };
  }

  override location(path: string): string {
    return `s3:${this.#s3.endpoint ?? ""}:${this.bare(path)}`;
  }

  override async sign(path: string, options?: number | SignOptions): Promise<string> {
    return this.#s3.presign({ ...this.file(path), ...readSigning(options, MAX_SIGNED_SECONDS) });
  }

  protected override urlOf(path: string): string {
    return `s3://${this.bare(path)}`;
  }

  protected override object({ bucket, key }: ObjectPath): RemoteObject {
    const s3 = this.#s3;
    return {
      origin: `s3://${bucket}`,
      url: `s3://${bucket}/${key}`,
      send: (method, headers, accept, consume, options) =>
        s3.send({ method, bucket, key, headers, accept, consume, signal: options.signal }),
    };
  }

  protected override async put(write: ObjectWrite): Promise<void> {
    const { bucket, key, data, precondition, signal } = write;
    if (precondition?.kind === "version" && !this.supportsConditionalWrites) throw this.#noConditions();
    const headers = preconditionHeaders(precondition);
    const refused = (refusal: Refusal): RefusalVerdict | undefined =>
      precondition === undefined ? undefined : this.#judge(refusal, precondition, write);
    const { multipartThreshold, multipartPartBytes } = this.#settings;
    if (data.byteLength > multipartThreshold) {
      if (precondition === undefined) return uploadInParts(this.#s3, write, multipartPartBytes);
      // Not every service decides between two conditional uploads that complete at the same time; between two requests,
      // each does.
      await lookFirst(precondition, async () => (await this.fileInfo(`${bucket}/${key}`, { signal })).etag);
    }
    await this.#s3.send<void>({
      method: "PUT",
      bucket,
      key,
      headers,
      body: data,
      signal,
      sending: write.sending,
      accept: WRITTEN,
      consume: async (_, body) => void (await body.readText(MAX_PAGE_BYTES)),
      refused,
    });
  }

  protected override async remove(
    { bucket, key }: ObjectPath,
    _precondition: Precondition | undefined, // which not every service heeds: see supportsConditionalDeletes
    options: AbortOptions,
  ): Promise<void> {
    await this.#s3.send({
      method: "DELETE",
      bucket,
      key,
      signal: options.signal,
      accept: WRITTEN,
      consume: async (_, body) => void (await body.readText(MAX_PAGE_BYTES)),
    });
  }

  protected override async removeAll(
    bucket: string,
    keys: readonly string[],
    options: AbortOptions,
  ): Promise<void> {
    await super.removeAll(bucket, await this.#batches.remove(bucket, keys, options), options);
  }

  protected override page(bucket: string, request: PageRequest): Promise<ObjectPage> {
    const { prefix, delimited, token, limit, signal } = request;
    return this.#s3.send({
      method: "GET",
      bucket,
      key: "",
      query: {
        "list-type": "2",
        "encoding-type": "url",
        prefix,
        ...(delimited === true ? { delimiter: "/" } : {}),
        ...(token === undefined ? {} : { "continuation-token": token }),
        ...(limit === undefined ? {} : { "max-keys": String(limit) }),
      },
      signal,
      accept: (status) => status === 200,
      consume: async (_, body) => parseS3Page(new TextDecoder().decode(await body.readAll(MAX_PAGE_BYTES))),
    });
  }

  protected override buckets(options: AbortOptions): Promise<string[]> {
    return this.#s3.send({
      method: "GET",
      bucket: "",
      key: "",
      signal: options.signal,
      accept: (status) => status === 200,
      consume: async (_, body) =>
        parseS3Buckets(new TextDecoder().decode(await body.readAll(MAX_PAGE_BYTES))),
    });
  }

  /** What a refusal of a conditional write means. */
  #judge(refusal: Refusal, precondition: Precondition, write: ObjectWrite): RefusalVerdict | undefined {
    const { status } = refusal;
    if (status === 412) throw new PreconditionFailed();
    // With a version to match, a key that is gone is another version.
    if (status === 404 && precondition.kind === "version" && readS3Error(refusal).code === "NoSuchKey")
      throw new PreconditionFailed();
    if (status === 501) {
      this.#unconditional = true;
      throw this.#noConditions();
    }
    if (status !== 409) return undefined;
    write.refused(); // another write of this key is being decided; ours was not taken
    return { kind: "fail", reason: "another write is under way", missing: false, retry: true };
  }

  #noConditions(): UnsupportedError {
    return new UnsupportedError("This S3 service does not write conditionally.");
  }
}
