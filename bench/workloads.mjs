// What is measured: stores that are written once, and how each is read.

/** `mebi` is the size of the array in MiB of uint16; arguments of `createArray` follow. */
export function workloads(quick) {
  const shape = quick ? [32, 1024, 1024] : [128, 1024, 1024];
  const blosc = (cname) => ({
    name: "blosc",
    configuration: { cname, clevel: 5, shuffle: "shuffle", blocksize: 0, typesize: 2 },
  });
  return [
    { name: "blosc-lz4 read all", shape, options: { chunks: [32, 256, 256], compressors: blosc("lz4") } },
    { name: "raw read all", shape, options: { chunks: [32, 256, 256], compressors: null } },
    { name: "blosc-zstd read all", shape, options: { chunks: [32, 256, 256], compressors: blosc("zstd") } },
    {
      name: "gzip read all",
      shape,
      options: { chunks: [32, 256, 256], compressors: { name: "gzip", configuration: { level: 1 } } },
    },
    {
      name: "shards of blosc-lz4 read all",
      shape,
      options: { chunks: [32, 32, 32], shards: [32, 256, 256], compressors: blosc("lz4") },
    },
  ];
}
