/** What a `Content-Range` header says; `end` is exclusive, `total` is `undefined` for `*`. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly total: number | undefined;
}

/**
 * Parses `Content-Range`. The form of a 416, with `*` for the range, has `start` and `end` 0.
 * Anything that contradicts itself is `undefined`.
 *
 * @example
 * ```ts
 * parseContentRange("bytes 0-9/100"); // { start: 0, end: 10, total: 100 }
 * ```
 */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^\s*bytes\s+(?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)\s*$/i.exec(header ?? "");
  if (match === null) return undefined;
  const [, first, last, size] = match;
  const total = size === "*" ? undefined : Number(size);
  if (first === undefined || last === undefined)
    return total === undefined ? undefined : { start: 0, end: 0, total };
  const start = Number(first);
  const end = Number(last) + 1;
  if (end <= start || (total !== undefined && end > total)) return undefined;
  return { start, end, total };
}
