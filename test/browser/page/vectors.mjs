// What other implementations wrote, read over HTTP and compared with what they say it holds.
import { isZarrError, openArray } from "zarrkit";
import { equal, test } from "./suite.mjs";

/** Registers one test an array of `test/vectors/expected.json`. */
export async function registerVectors({ webUrl }) {
  const { entries } = await (await fetch(`${webUrl}/vectors/expected.json`)).json();
  for (const entry of entries) {
    test(`vector ${entry.id}`, async () => {
      try {
        await compare(`${webUrl}/vectors/${entry.store}`, entry);
      } catch (error) {
        // What is not part of the core may be refused, by name; the Node run checks which name.
        if (entry.level === "core" || !isZarrError(error)) throw error;
      }
    });
  }
}

async function compare(url, entry) {
  const array = await openArray(url, { path: entry.path, zarrFormat: entry.zarr_format, mode: "r" });
  const values = await array.get("...");
  await array.close();
  equal(values.shape, entry.shape, "shape");
  const { enc, sha256, base64 } = entry.expect;
  if (enc === "raw") {
    const bytes = values.toBytes();
    if (base64 !== undefined) equal(hex(bytes), hex(fromBase64(base64)), "bytes");
    equal(await digest(bytes), sha256, "sha256 of the bytes");
  } else {
    const list = Array.from(values.data, (item) => (item instanceof Uint8Array ? hex(item) : item));
    equal(await digest(new TextEncoder().encode(JSON.stringify(list))), sha256, "sha256 of the values");
  }
  if (entry.dimension_names !== undefined)
    equal(array.dimensionNames, entry.dimension_names, "dimension names");
}

async function digest(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
