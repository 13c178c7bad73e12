/**
 * Strong entity tags: of bytes at hand, or of the version that a store tells.
 *
 * @module
 */

let lastIdentity = 0;
const identities = new WeakMap<object, number>();
let processName: string | undefined;

/**
 * The tag of a value's bytes.
 *
 * @example
 * ```ts
 * (await tagOfBytes(new Uint8Array())) === (await tagOfBytes(new Uint8Array())); // true
 * ```
 */
export async function tagOfBytes(bytes: Uint8Array): Promise<string> {
  return `"${await digest(bytes)}"`;
}

/**
 * The tag of a version: the same for the same version of the same key. What a version says (sizes, times, file numbers)
 * is not shown. A version that is an object counts by its identity, within this process.
 */
export async function tagOfVersion(key: string, version: unknown): Promise<string> {
  return `"${await digest(new TextEncoder().encode(`${key}\0${nameOf(version)}`))}"`;
}

function nameOf(version: unknown): string {
  if ((typeof version !== "object" && typeof version !== "function") || version === null)
    return `${typeof version}:${String(version)}`;
  let identity = identities.get(version);
  if (identity === undefined) identities.set(version, (identity = ++lastIdentity));
  processName ??= crypto.randomUUID();
  return `${processName}:${identity}`;
}

async function digest(bytes: Uint8Array): Promise<string> {
  // Shared memory cannot be hashed; values of stores never lie in it, and the copy makes sure.
  const plain =
    bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", plain));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
