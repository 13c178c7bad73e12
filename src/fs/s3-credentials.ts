/**
 * Where the keys of an S3 file system come from: the options, a callback, the environment, the
 * services of AWS.
 *
 * @module
 */
import type { AbortOptions } from "../base/async.ts";
import { StoreError } from "../base/errors.ts";
import { nodeProcess } from "../base/platform.ts";
import { RenewedValue } from "./renewed-value.ts";
import type { S3Environment } from "./s3-environment.ts";
import type { S3Settings } from "./s3-options.ts";
import { profileCredentials } from "./s3-profile-source.ts";
import { containerCredentials, instanceCredentials, webIdentityCredentials } from "./s3-services.ts";
import type { AwsCredentials } from "./sigv4.ts";
import type { Transport } from "./transport.ts";

/** Gives the keys of each request. */
export class S3Credentials {
  readonly #settings: S3Settings;
  readonly #transport: Transport | undefined;
  readonly #asked: RenewedValue<AwsCredentials>;
  #environment: S3Environment | undefined;

  constructor(settings: S3Settings, transport: Transport | undefined) {
    this.#settings = settings;
    this.#transport = transport;
    this.#asked = new RenewedValue((options) => this.#ask(options));
  }

  /** Can there be others when these have ended? */
  get refreshable(): boolean {
    const { callback, keys } = this.#settings;
    return callback !== undefined || (keys === undefined && this.#environment?.credentials === undefined);
  }

  /**
   * Keys, or `undefined` for an anonymous request.
   *
   * @throws StoreError when there are none and `anon` is not set.
   */
  async get(environment: S3Environment, options: AbortOptions): Promise<AwsCredentials | undefined> {
    this.#environment = environment;
    const { anon, keys, callback } = this.#settings;
    if (anon) return undefined;
    if (callback === undefined) {
      const found = keys ?? environment.credentials;
      if (found !== undefined) return found;
    }
    return this.#asked.get(options);
  }

  /** Forgets keys that the server has found expired. */
  invalidate(expired: AwsCredentials | undefined): void {
    this.#asked.invalidate(expired);
  }

  async #ask(options: AbortOptions): Promise<AwsCredentials> {
    const { callback } = this.#settings;
    if (callback !== undefined) {
      const answer: unknown = await callback();
      if (isCredentials(answer)) return answer;
      throw new TypeError("The credentials callback must give { accessKeyId, secretAccessKey }.");
    }
    const environment = this.#environment!; // `get` sets it before anything is asked for
    const { webIdentity, profileSource, looked, unusable } = environment;
    const region = this.#settings.region ?? environment.region ?? "us-east-1";
    if (webIdentity !== undefined)
      return webIdentityCredentials(webIdentity, region, this.#transport, options);
    if (profileSource !== undefined) return profileCredentials(profileSource, this.#transport, options);
    const found =
      unusable === undefined && nodeProcess() !== undefined
        ? ((await containerCredentials(this.#transport, options)) ??
          (await instanceCredentials(this.#transport, options)))
        : undefined;
    if (found !== undefined) return found;
    if (unusable !== undefined) throw new StoreError(unusable);
    throw new StoreError(
      `No S3 credentials were found in ${looked.join(", ")}; for a public bucket pass { anon: true }.`,
    );
  }
}

function isCredentials(value: unknown): value is AwsCredentials {
  if (typeof value !== "object" || value === null) return false;
  const { accessKeyId, secretAccessKey } = value as Partial<Record<keyof AwsCredentials, unknown>>;
  return typeof accessKeyId === "string" && typeof secretAccessKey === "string";
}
