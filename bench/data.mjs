// The data of the benchmarks: a smooth field with shot noise, uint16, which compresses about as microscopy does.

/** A field of the given shape (3-d), the same at every call. */
export function field(shape) {
  const [depth, height, width] = shape;
  const data = new Uint16Array(depth * height * width);
  let seed = 12345;
  let at = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const base = 400 + 250 * Math.sin(z / 37) * Math.cos(y / 53);
      for (let x = 0; x < width; x++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        data[at++] = base + 180 * Math.sin(x / 41) + ((seed >>> 26) - 32);
      }
    }
  }
  return data;
}
