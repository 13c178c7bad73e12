/**
 * Where the keys of an S3 file system come from: the options, a callback, the environment.
 *
 * @module
 */
import { abortable } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import type { S3Environment } from "./s3-environment.ts";
import type { S3Settings } from "./s3-options.ts";
import type { AwsCredentials } from "./sigv4.ts";

/** Keys are asked for again this long before they end. */
const EARLY_MS = 5 * 60_000;

/** Gives the keys of each request; callers that ask at the same time share one call. */
export class S3Credentials {
  readonly #settings: S3Settings;
  #current: AwsCredentials | undefined;
  #pending: Promise<AwsCredentials> | undefined;

  constructor(settings: S3Settings) {
    this.#settings = settings;
  }

  /** Can there be others when these have ended? */
  get refreshable(): boolean {
    return this.#settings.callback !== undefined;
  }

  /**
   * Keys, or `undefined` for an anonymous request.
   *
   * @throws StoreError when there are none and `anon` is not set.
   */
  async get(environment: S3Environment, options: AbortOptions): Promise<AwsCredentials | undefined> {
    const { anon, keys, callback } = this.#settings;
    if (anon) return undefined;
    if (callback !== undefined) {
      if (this.#current !== undefined && lasts(this.#current)) return this.#current;
      this.#pending ??= this.#ask(callback).finally(() => (this.#pending = undefined));
      return abortable(this.#pending, options.signal);
    }
    const found = keys ?? environment.credentials;
    if (found !== undefined) return found;
    throw new StoreError(
      `No S3 credentials were found in ${environment.looked.join(", ")}; for a public bucket pass { anon: true }.`,
    );
  }

  /** Forgets keys that the server has found expired. */
  invalidate(expired: AwsCredentials | undefined): void {
    if (this.#current === expired) this.#current = undefined;
  }

  async #ask(callback: () => AwsCredentials | Promise<AwsCredentials>): Promise<AwsCredentials> {
    const answer: unknown = await callback();
    if (!isCredentials(answer))
      throw new TypeError("The credentials callback must give { accessKeyId, secretAccessKey }.");
    this.#current = answer;
    return answer;
  }
}

function lasts(credentials: AwsCredentials): boolean {
  const { expiration } = credentials;
  return expiration === undefined || expiration.getTime() - Date.now() > EARLY_MS;
}

function isCredentials(value: unknown): value is AwsCredentials {
  if (typeof value !== "object" || value === null) return false;
  const { accessKeyId, secretAccessKey } = value as Partial<Record<keyof AwsCredentials, unknown>>;
  return typeof accessKeyId === "string" && typeof secretAccessKey === "string";
}
