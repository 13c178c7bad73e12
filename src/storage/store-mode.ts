/** How a node or store is opened: `r` reads, `r+` changes, `a` changes or creates, `w` creates anew, `w-` creates. */
export type StoreMode = (typeof STORE_MODES)[number];

const STORE_MODES = ["r", "r+", "a", "w", "w-"] as const;

/** @throws TypeError when it is no mode. */
export function validateMode(mode: unknown): asserts mode is StoreMode {
  const known: readonly unknown[] = STORE_MODES;
  if (!known.includes(mode))
    throw new TypeError(
      `Invalid mode: ${String(mode)}, expected one of (${STORE_MODES.map((name) => `'${name}'`).join(", ")})`,
    );
}
