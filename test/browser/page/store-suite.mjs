// `StoreTests` as tests of a page, and what the tests of several stores share.
import { StoreTests } from "zarrkit/testing";
import { describe, test } from "./suite.mjs";

/** Registers the conformance suite of a store; with `skip`, a reason, one skipped test in its place. */
export function suite(name, options, { skip } = {}) {
  if (skip !== undefined) return test(`${name}: StoreTests`, () => {}, { skip });
  describe(name, () => {
    for (const { name: title, run } of new StoreTests(options)) test(title, run);
  });
}

/** A file from behind a server; `undefined` when there is none. */
export async function download(url) {
  const response = await fetch(url);
  return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
}
