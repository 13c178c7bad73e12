/**
 * Azure Blob Storage.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { BlocksGone, uploadInBlocks } from "./azure-blocks.ts";
import type { AzureBlockRequest } from "./azure-blocks.ts";
import { azureErrorCode, parseAzureContainers, parseAzurePage } from "./azure-listing.ts";
import { readAzureOptions } from "./azure-options.ts";
import type { AzureBlobFileSystemOptions, AzureSettings, AzureToken } from "./azure-options.ts";
import { azureAuthorization, azureBlobSignature } from "./azure-signature.ts";
import type { SignOptions } from "./file-types.ts";
import { ObjectFileSystem } from "./object-file-system.ts";
import type { ObjectPage, ObjectPath, ObjectWrite, PageRequest } from "./object-file-system.ts";
import { encodeKey, encodeSegment } from "./percent-encoding.ts";
import { PreconditionFailed, preconditionHeaders } from "./precondition.ts";
import type { Precondition } from "./precondition.ts";
import { redactUrl } from "./redact.ts";
import type { RemoteObject } from "./remote-object.ts";
import { RenewedValue } from "./renewed-value.ts";
import { readSigning } from "./signing.ts";
import type { Exchange, HttpRequestParts, Refusal, RefusalVerdict } from "./request-policy.ts";

/** One request. */
interface AzureRequest<T> extends AbortOptions {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** Empty for the account. */
  readonly bucket: string;
  /** Empty for the container. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  readonly sending?: (() => void) | undefined;
  readonly accept?: Exchange<T>["accept"] | undefined;
  readonly consume: Exchange<T>["consume"];
  readonly refused?: ((status: number, code: string | undefined) => void) | undefined;
}

const VERSION = "2021-08-06";
const MAX_PAGE_BYTES = 32 * 2 ** 20;
const OK = (status: number): boolean => status >= 200 && status <= 204;
/** What the service answers when a blob is not what a condition asks for; it may be gone altogether. */
const NOT_MET = new Set(["ConditionNotMet", "TargetConditionNotMet", "BlobAlreadyExists", "BlobNotFound"]);
/** Options that say which account, in either spelling. */
const NAMING = [
  ...["accountName", "account_name", "connectionString", "connection_string"],
  ...["endpoint", "accountHost", "account_host"],
];
const PERMISSIONS = { GET: "r", HEAD: "r", PUT: "cw", DELETE: "d" } as const;

/**
 * Azure Blob Storage. Paths are `container/key`; a key is an opaque string. A version is a
 * blob's ETag: writes in mode `"create"`, and writes and deletes by `ifMatch`, are atomic. The
 * service has no suffix ranges: the last bytes of a value cost a request for its length besides.
 *
 * @example
 * ```ts no-run
 * const fs = new AzureBlobFileSystem({ account_name: "daymeteuwest", anon: true });
 * const bytes = await fs.catFile("daymet-zarr/daily/hi.zarr/.zmetadata", { end: 100 });
 * ```
 */
export class AzureBlobFileSystem extends ObjectFileSystem {
  static override readonly protocol: readonly string[] = ["az", "abfs", "abfss"];

  /** Of `abfss://container@account.dfs.core.windows.net/key`, too, the path is `container/key`. */
  static override stripProtocol(path: string): string {
    return super.stripProtocol(path.replace(HOST, "$1://$2"));
  }

  /** Such a URL names the account, unless an option does. */
  static optionsWithUrl(
    options: Readonly<Record<string, unknown>>,
    url: string,
  ): Readonly<Record<string, unknown>> {
    const host = HOST.exec(url)?.[3];
    if (host === undefined || !AZURE_HOST.test(host)) return options;
    if (NAMING.some((name) => options[name] !== undefined && options[name] !== null)) return options;
    return {
      ...options,
      accountName: host.split(".")[0],
      endpoint: `https://${host.replace(".dfs.", ".blob.")}`,
    };
  }

  readonly #settings: AzureSettings;
  readonly #tokens: RenewedValue<AzureToken> | undefined;

  /** @throws TypeError for an unknown option, a wrong type, or no account. */
  constructor(options: AzureBlobFileSystemOptions = {}) {
    const settings = readAzureOptions(options);
    super(settings.remote.client, settings.remote.ranges);
    this.#settings = settings;
    const { proof } = settings;
    this.#tokens = proof.kind === "token" ? new RenewedValue(() => proof.ask()) : undefined;
  }

  override get className(): string {
    return this.constructor === AzureBlobFileSystem ? "AzureBlobFileSystem" : super.className;
  }

  override get supportsConditionalDeletes(): boolean {
    return true;
  }

  override getOptions(): JsonObject {
    const { account, endpoint, anon } = this.#settings;
    return { account_name: account, endpoint: redactUrl(endpoint), ...(anon ? { anon } : {}) };
  }

  override location(path: string): string {
    return `az:${this.#settings.endpoint}:${this.bare(path)}`;
  }

  /** A signature of the account's key for one blob. */
  override async sign(path: string, options?: number | SignOptions): Promise<string> {
    const { expiration, method } = readSigning(options);
    const { bucket, key } = this.file(path);
    const { account, proof } = this.#settings;
    if (proof.kind !== "key")
      throw new UnsupportedError("Only a file system with account_key can sign URLs of Azure.");
    const until = new Date(Date.now() + expiration * 1000);
    const blob = { account, container: bucket, key };
    return `${this.#urlOf(bucket, key)}?${await azureBlobSignature(blob, PERMISSIONS[method], until, proof.key)}`;
  }

  protected override urlOf(path: string): string {
    return `az://${this.bare(path)}`;
  }

  protected override bare(path: string): string {
    return super.bare(path.replace(HOST, "$1://$2"));
  }

  protected override object({ bucket, key }: ObjectPath): RemoteObject {
    return {
      origin: this.#settings.endpoint,
      url: `az://${bucket}/${key}`,
      suffixRanges: false,
      send: (method, headers, accept, consume, options) =>
        this.#send({ method, bucket, key, headers, accept, consume, signal: options.signal }),
    };
  }

  protected override async put(write: ObjectWrite): Promise<void> {
    const { bucket, key, data, precondition, signal, sending } = write;
    const { multipartThreshold, multipartPartBytes } = this.#settings;
    if (data.byteLength > multipartThreshold)
      return uploadInBlocks((part) => this.#putPart(write, part), data, multipartPartBytes, { signal });
    await this.#send<void>({
      method: "PUT",
      bucket,
      key,
      headers: {
        "x-ms-blob-type": "BlockBlob",
        "content-type": "application/octet-stream",
        ...preconditionHeaders(precondition),
      },
      body: data,
      signal,
      sending,
      consume: async (_, body) => void (await body.readText(MAX_PAGE_BYTES)),
      refused: notMet(precondition),
    });
  }

  /** A block of a large blob, or the list of them, which makes it. */
  #putPart(write: ObjectWrite, { query, headers, body, commits }: AzureBlockRequest): Promise<void> {
    const { bucket, key, precondition, signal, sending } = write;
    const refused = commits ? notMet(precondition) : undefined;
    return this.#send<void>({
      method: "PUT",
      bucket,
      key,
      query,
      headers: commits ? { ...headers, ...preconditionHeaders(precondition) } : headers,
      body,
      signal,
      sending: commits ? sending : undefined,
      consume: async (_, reader) => void (await reader.readText(MAX_PAGE_BYTES)),
      refused: (status, code) => {
        if (commits && code === "InvalidBlockList") {
          write.refused();
          throw new BlocksGone();
        }
        refused?.(status, code);
      },
    });
  }

  protected override async remove(
    { bucket, key }: ObjectPath,
    precondition: Precondition | undefined,
    options: AbortOptions,
  ): Promise<void> {
    await this.#send<void>({
      method: "DELETE",
      bucket,
      key,
      headers: { "x-ms-delete-snapshots": "include", ...preconditionHeaders(precondition) },
      signal: options.signal,
      consume: async (_, body) => void (await body.readText(MAX_PAGE_BYTES)),
      refused: notMet(precondition),
    });
  }

  protected override page(bucket: string, request: PageRequest): Promise<ObjectPage> {
    const { prefix, delimited, token, limit, signal } = request;
    return this.#send({
      method: "GET",
      bucket,
      key: "",
      query: {
        restype: "container",
        comp: "list",
        ...(prefix === "" ? {} : { prefix }),
        ...(delimited === true ? { delimiter: "/" } : {}),
        ...(token === undefined ? {} : { marker: token }),
        ...(limit === undefined ? {} : { maxresults: String(limit) }),
      },
      signal,
      consume: async (_, body) =>
        parseAzurePage(new TextDecoder().decode(await body.readAll(MAX_PAGE_BYTES))),
    });
  }

  protected override async buckets(options: AbortOptions): Promise<string[]> {
    const all: string[] = [];
    let marker: string | undefined;
    do {
      const page: ReturnType<typeof parseAzureContainers> = await this.#send({
        method: "GET",
        bucket: "",
        key: "",
        query: { comp: "list", ...(marker === undefined ? {} : { marker }) },
        signal: options.signal,
        consume: async (_, body) =>
          parseAzureContainers(new TextDecoder().decode(await body.readAll(MAX_PAGE_BYTES))),
      });
      all.push(...page.names);
      if (page.next === marker) break;
      marker = page.next;
    } while (marker !== undefined);
    return all;
  }

  #send<T>(request: AzureRequest<T>): Promise<T> {
    const { method, bucket, key, signal } = request;
    let used: AzureToken | undefined;
    let renewed = false;
    return this.client.send<T>({
      method,
      url: this.#urlOf(bucket, key) + queryText(request.query ?? {}),
      value: key === "" ? undefined : this.#urlOf(bucket, key),
      signal,
      accept: request.accept ?? OK,
      consume: request.consume,
      prepare: async () => {
        used = await this.#tokens?.get({ signal });
        const parts = await this.#prepare(request, used);
        request.sending?.();
        return parts;
      },
      refused: (refusal): RefusalVerdict => {
        const code = refusal.headers.get("x-ms-error-code") ?? azureErrorCode(refusal.text);
        request.refused?.(refusal.status, code);
        if (refusal.status === 401 && used !== undefined && !renewed) {
          renewed = true;
          this.#tokens?.invalidate(used);
          return { kind: "again" };
        }
        return this.#judge(refusal, code);
      },
    });
  }

  #judge({ status }: Refusal, code: string | undefined): RefusalVerdict {
    const anonymous = this.#settings.proof.kind === "anonymous";
    // To someone unknown the service says of a private container, too, that there is nothing.
    if (status === 404 && anonymous && code === "ResourceNotFound")
      return { kind: "fail", missing: false, reason: `${code}, or not public; the request was anonymous` };
    const hint = anonymous && (status === 401 || status === 403 || status === 409);
    return { kind: "fail", reason: hint ? `${code ?? "forbidden"}; the request was anonymous` : code };
  }

  async #prepare<T>(request: AzureRequest<T>, token: AzureToken | undefined): Promise<HttpRequestParts> {
    const { method, bucket, key, body } = request;
    const { account, proof } = this.#settings;
    const url = this.#urlOf(bucket, key);
    const query = request.query ?? {};
    const headers: Record<string, string> = { "x-ms-version": VERSION, ...request.headers };
    // Who asks without a proof needs no date, and a browser no permission for it.
    if (proof.kind === "key" || proof.kind === "token") headers["x-ms-date"] = new Date().toUTCString();
    if (token !== undefined) headers["authorization"] = `Bearer ${token.token}`;
    if (proof.kind === "key") {
      const path = new URL(url).pathname;
      const signed = { method, path, query, headers, bodyLength: body?.byteLength ?? 0 };
      headers["authorization"] = await azureAuthorization(signed, account, proof.key);
    }
    if (method === "GET") headers["accept-encoding"] = "identity";
    return {
      method,
      url: url + queryText(query, proof.kind === "signature" ? proof.query : undefined),
      headers,
      body,
      redirect: proof.kind === "anonymous" ? "follow" : "manual",
      credentials: "omit",
    };
  }

  #urlOf(bucket: string, key: string): string {
    const { endpoint } = this.#settings;
    if (key.includes("\\"))
      throw new StoreError(
        `Azure takes a backslash for a slash, so that it has no key ${JSON.stringify(key)}.`,
        {
          key,
        },
      );
    if (bucket === "") return `${endpoint}/`;
    return key === ""
      ? `${endpoint}/${encodeSegment(bucket)}`
      : `${endpoint}/${encodeSegment(bucket)}/${encodeKey(key)}`;
  }
}

/** Credentials go to hosts of Azure alone, whatever a URL says. */
const AZURE_HOST = /^[a-z0-9]{3,24}\.(dfs|blob)\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)$/;
/** `scheme://container@host`, as Hadoop writes it. */
const HOST = /^(abfss?|az):\/\/([^/@]+)@([^/]+)/;

function notMet(precondition: Precondition | undefined): AzureRequest<void>["refused"] {
  if (precondition === undefined) return undefined;
  return (status, code) => {
    if (status === 412 || NOT_MET.has(code ?? "")) throw new PreconditionFailed();
  };
}

function queryText(query: Readonly<Record<string, string>>, more?: string): string {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeSegment(name)}=${encodeSegment(value)}`,
  );
  if (more !== undefined) pairs.push(more);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
