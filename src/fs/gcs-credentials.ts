/**
 * Access tokens of Google Cloud: given, called back for, exchanged for a key, or asked of the
 * machine's service.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";
import type { AbortOptions } from "../base/async.ts";
import { StoreError, UnsupportedError } from "../base/errors.ts";
import { nodeProcess, tryNodeBuiltin } from "../base/platform.ts";
import { credentialRequests, readCredentialJson } from "./credential-request.ts";
import type { GcsSettings, GoogleToken, TokenSource } from "./gcs-options.ts";
import { signedAssertion } from "./google-assertion.ts";
import type { ServiceAccountKey } from "./google-assertion.ts";
import { encodeSegment } from "./percent-encoding.ts";
import { RenewedValue } from "./renewed-value.ts";
import type { Transport } from "./transport.ts";

type KeyDocument = ReadonlyMap<string, unknown>;

const TOKEN_URL = "https://oauth2.googleapis.com/token";
const METADATA_HOST = "metadata.google.internal";

/** Gives the token of each request. */
export class GcsCredentials {
  readonly #source: TokenSource;
  readonly #scope: string;
  readonly #transport: Transport | undefined;
  readonly #tokens: RenewedValue<GoogleToken>;
  #project: string | undefined;

  constructor(settings: GcsSettings, source: TokenSource, transport: Transport | undefined) {
    this.#source = source;
    this.#scope = settings.scope;
    this.#transport = transport;
    this.#tokens = new RenewedValue((options) => this.#ask(options));
  }

  /** The project of the key that was used last. */
  get project(): string | undefined {
    return this.#project;
  }

  /** Can there be another token when this one has ended? */
  get refreshable(): boolean {
    return this.#source.kind !== "anonymous" && this.#source.kind !== "fixed";
  }

  /**
   * A token, or `undefined` for an anonymous request.
   *
   * @throws StoreError when there is none to be had.
   */
  async get(options: AbortOptions): Promise<GoogleToken | undefined> {
    return this.#source.kind === "anonymous" ? undefined : this.#tokens.get(options);
  }

  /** Forgets a token that the server has refused. */
  invalidate(ended: GoogleToken | undefined): void {
    this.#tokens.invalidate(ended);
  }

  /**
   * The key of a service account, to sign URLs with.
   *
   * @throws UnsupportedError when the credentials are none.
   */
  async signer(options: AbortOptions): Promise<ServiceAccountKey> {
    const key = await this.#keyDocument(options);
    if (key?.get("type") === "service_account") return accountOf(key);
    throw new UnsupportedError(
      "Only the key of a service account can sign URLs of Google Cloud Storage: pass it, or its file, as the option token.",
    );
  }

  /** The key that tokens are asked for with; `undefined` where they come from elsewhere. */
  async #keyDocument(options: AbortOptions): Promise<KeyDocument | undefined> {
    const source = this.#source;
    if (source.kind === "file") return readKeyFile(source.path, options);
    if (source.kind === "document") return new Map(Object.entries(source.document));
    if (source.kind !== "default") return undefined;
    const env = nodeProcess()?.env ?? {};
    const named = env["GOOGLE_APPLICATION_CREDENTIALS"];
    if (named) return readKeyFile(named, options);
    const file = wellKnownFile(env);
    return file === undefined ? undefined : tryKeyFile(file, options);
  }

  async #ask(options: AbortOptions): Promise<GoogleToken> {
    const source = this.#source;
    switch (source.kind) {
      case "anonymous":
        throw new StoreError("An anonymous file system has no token."); // `get` does not ask
      case "fixed":
        return { token: source.token };
      case "callback":
        return checkedToken(await source.callback());
      case "machine":
        return this.#fromMachine(options);
      case "file":
      case "document":
      case "default":
        return this.#byKey(options);
      default:
        return source satisfies never;
    }
  }

  async #byKey(options: AbortOptions): Promise<GoogleToken> {
    const document = await this.#keyDocument(options);
    if (document !== undefined) return this.#exchange(document, options);
    try {
      if (nodeProcess() !== undefined) return await this.#fromMachine(options);
    } catch (error) {
      throwIfAborted(options.signal);
      if (!(error instanceof StoreError)) throw error;
    }
    throw new StoreError(
      "No Google credentials were found in the option token, GOOGLE_APPLICATION_CREDENTIALS, the file of gcloud, " +
        'and the machine\'s service; for a public bucket pass { token: "anon" }.',
    );
  }

  /** Exchanges a key for a token, by its type. */
  async #exchange(key: KeyDocument, options: AbortOptions): Promise<GoogleToken> {
    const text = (name: string): string => requiredText(key, name);
    const type = text("type");
    const project = key.get("project_id") ?? key.get("quota_project_id");
    if (typeof project === "string") this.#project = project;
    const url = optionalText(key, "token_uri") ?? TOKEN_URL;
    if (type === "service_account") {
      const assertion = await signedAssertion(accountOf(key), { audience: url, scope: this.#scope });
      return this.#post(
        url,
        { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion },
        options,
      );
    }
    if (type === "authorized_user") {
      const form = {
        grant_type: "refresh_token",
        client_id: text("client_id"),
        client_secret: text("client_secret"),
        refresh_token: text("refresh_token"),
      };
      return this.#post(url, form, options);
    }
    throw new StoreError(
      `A Google key of type ${JSON.stringify(type.slice(0, 40))} is not supported; pass the option token as a callback, for example of google-auth-library.`,
    );
  }

  async #post(
    url: string,
    form: Readonly<Record<string, string>>,
    options: AbortOptions,
  ): Promise<GoogleToken> {
    const answer = await credentialRequests(this.#transport, { nearby: false })({
      method: "POST",
      url,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: Object.entries(form)
        .map(([name, value]) => `${name}=${encodeSegment(value)}`)
        .join("&"),
      signal: options.signal,
    });
    return tokenOf(answer, "Google's token service");
  }

  async #fromMachine(options: AbortOptions): Promise<GoogleToken> {
    const host = nodeProcess()?.env?.["GCE_METADATA_HOST"] || METADATA_HOST;
    const answer = await credentialRequests(this.#transport, { nearby: true })({
      method: "GET",
      url: `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`,
      headers: { "metadata-flavor": "Google" },
      signal: options.signal,
    });
    return tokenOf(answer, "The machine's metadata service");
  }
}

function tokenOf(text: string, source: string): GoogleToken {
  const json = readCredentialJson(text, source);
  const token = json.get("access_token");
  if (typeof token !== "string" || token === "") throw new StoreError(`${source} gave no access token.`);
  const seconds = Number(json.get("expires_in") ?? NaN);
  return {
    token,
    expiration: Number.isFinite(seconds) ? new Date(Date.now() + seconds * 1000) : undefined,
  };
}

/** What a callback gave; it may be JavaScript's. */
function checkedToken(answer: unknown): GoogleToken {
  const given: unknown = typeof answer === "string" ? { token: answer } : answer;
  if (typeof given === "object" && given !== null && "token" in given) {
    const { token, expiration } = given as { token: unknown; expiration?: unknown }; // just looked at
    if (typeof token === "string" && token !== "" && (expiration === undefined || expiration instanceof Date))
      return { token, expiration };
  }
  throw new TypeError("The token callback must give a string or { token, expiration? }.");
}

async function readKeyFile(path: string, options: AbortOptions): Promise<KeyDocument> {
  const document = await tryKeyFile(path, options);
  if (document !== undefined) return document;
  throw new StoreError(`There is no Google key file ${path}.`);
}

async function tryKeyFile(path: string, options: AbortOptions): Promise<KeyDocument | undefined> {
  const fs = tryNodeBuiltin("fs/promises");
  if (fs === undefined) throw new StoreError(`${path} cannot be read: there are no files here.`);
  let text: string;
  try {
    text = await fs.readFile(path, { encoding: "utf8", signal: options.signal });
  } catch (cause) {
    throwIfAborted(options.signal);
    const { code } = cause as { code?: unknown }; // a system error of Node's
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new StoreError(`The Google key file ${path} cannot be read.`, { cause });
  }
  return readCredentialJson(text, `The Google key file ${path}`);
}

/** Where gcloud keeps the credentials of the user. */
function wellKnownFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = "application_default_credentials.json";
  if (env["CLOUDSDK_CONFIG"]) return `${env["CLOUDSDK_CONFIG"]}/${name}`;
  if (nodeProcess()?.platform === "win32") return env["APPDATA"] && `${env["APPDATA"]}\\gcloud\\${name}`;
  const home = tryNodeBuiltin("os")?.homedir();
  return home && `${home}/.config/gcloud/${name}`;
}

function accountOf(key: KeyDocument): ServiceAccountKey {
  return {
    email: requiredText(key, "client_email"),
    keyId: optionalText(key, "private_key_id"),
    privateKey: requiredText(key, "private_key"),
  };
}

function requiredText(key: KeyDocument, name: string): string {
  const value = optionalText(key, name);
  if (value !== undefined) return value;
  throw new StoreError(`The Google key has no ${name}.`);
}

function optionalText(key: KeyDocument, name: string): string | undefined {
  const value = key.get(name);
  return typeof value === "string" && value !== "" ? value : undefined;
}
