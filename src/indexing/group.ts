/**
 * Stable grouping of whole numbers: which indices have which value, values ascending,
 * indices of one value in their given order.
 *
 * @module
 */

/** Groups of indices: group `g` has value `values[g]` and indices `order[starts[g]]` to before `order[starts[g + 1]]`. */
export interface Grouping {
  readonly values: Float64Array;
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

/** Groups the indices of `keys` by key. Takes time for a sort at most, memory for as many numbers as keys. */
export function groupByKey(keys: Float64Array): Grouping {
  const { values, ranks } = rankKeys(keys);
  const starts = new Uint32Array(values.length + 1);
  for (let i = 0; i < ranks.length; i++) starts[ranks[i]! + 1]!++;
  for (let g = 0; g < values.length; g++) starts[g + 1]! += starts[g]!;
  const next = starts.slice();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < ranks.length; i++) order[next[ranks[i]!]!++] = i;
  return { values, starts, order };
}

/** The distinct keys, ascending, and for each index the rank of its key among them. */
export function rankKeys(keys: Float64Array): { values: Float64Array; ranks: Uint32Array } {
  const values = isSorted(keys) ? distinct(keys) : distinct(keys.slice().sort());
  const ranks = new Uint32Array(keys.length);
  let rank = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    // Neighbours mostly share a group or follow each other; only the others are searched for.
    if (values[rank] !== key) rank = values[rank + 1] === key ? rank + 1 : find(values, key);
    ranks[i] = rank;
  }
  return { values, ranks };
}

function isSorted(keys: Float64Array): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i]! < keys[i - 1]!) return false;
  return true;
}

function distinct(sorted: Float64Array): Float64Array {
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) count++;
  const values = new Float64Array(count);
  let next = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) values[next++] = sorted[i]!;
  return values;
}

function find(values: Float64Array, key: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
