import type { ChunkSpec } from "./codec.ts";

/** One element of fill value as blocks hold it: its bytes in memory form, or the value itself. */
export function fillElementOf(spec: ChunkSpec): unknown {
  const { dataType, fillValue } = spec;
  if (dataType.itemSize === 0) return fillValue;
  if (spec.fillBytes?.length === dataType.itemSize) return spec.fillBytes;
  const element = new Uint8Array(dataType.itemSize);
  dataType.writeScalar(fillValue, element, 0);
  return element;
}
