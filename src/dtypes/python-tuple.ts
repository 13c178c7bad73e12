/** `(a, b)`, with the comma that Python needs after a single element. */
export function pythonTuple(texts: readonly string[]): string {
  return texts.length === 1 ? `(${texts[0]},)` : `(${texts.join(", ")})`;
}
