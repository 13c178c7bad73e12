"""Stores that tensorstore writes."""

import itertools
import math

import numpy as np
import tensorstore as ts

from recorder import FLOATS, INTS, NUMBERS, sample

ENDIAN = {"little": "<", "big": ">"}


def write(recorder):
    for section in (dtypes, fills, codecs, sharding, layout, version_2):
        section(recorder)


def put(recorder, store, path, shape, dtype="int16", *, version=3, metadata, data=None, write=..., fill=0, level="core"):
    """Creates one array from a metadata document, writes the region `write`, and records what a reader must see."""
    full = sample(recorder.rng(f"{store}/{path}"), dtype, shape) if data is None else data
    array = ts.open(
        {
            "driver": "zarr3" if version == 3 else "zarr",
            "kvstore": {"driver": "file", "path": f"{recorder.folder(store)}/{path}/"},
            "metadata": {"shape": list(shape), **metadata},
            "create": True,
        }
    ).result()
    expected = np.full(shape, fill, dtype=full.dtype.newbyteorder("="))
    if write is not None:
        for region in write if isinstance(write, list) else [write]:
            expected[region] = full[region]
            array[region].write(full[region].astype(expected.dtype)).result()
    chunks = metadata["chunks"] if version == 2 else array.chunk_layout.read_chunk.shape
    recorder.add(store, path, expected, zarr_format=version, dtype=dtype, chunks=chunks, level=level)


def document(dtype, chunks, codecs=None, fill=0, keys=None):
    if codecs is None:
        codecs = [endian("little")]
    return {
        "data_type": dtype,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunks)}},
        "codecs": codecs,
        "fill_value": fill,
        **({} if keys is None else {"chunk_key_encoding": keys}),
    }


def endian(value):
    return {"name": "bytes", "configuration": {"endian": value}}


def codec(name, **configuration):
    return {"name": name, "configuration": configuration} if configuration else {"name": name}


def sharded(chunk_shape, codecs, index=None, location="end"):
    index = [endian("little"), codec("crc32c")] if index is None else index
    shape = list(chunk_shape)
    return codec("sharding_indexed", chunk_shape=shape, codecs=codecs, index_codecs=index, index_location=location)


def dtypes(recorder):
    for name, order in itertools.product(NUMBERS, ENDIAN):
        if order == "big" and np.dtype(name).itemsize == 1:
            continue
        zero = False if name == "bool" else [0, 0] if name.startswith("complex") else 0
        metadata = document(name, (4,), [endian(order)], zero)
        put(recorder, "dtypes.zarr", f"{name}-{order}", (7,), name, metadata=metadata)
    import ml_dtypes

    for name in ["bfloat16", "int4", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e4m3b11fnuz"]:
        data = np.array([0, 1, -1.5, 2, -3, 4, 0.5]).astype(getattr(ml_dtypes, name))
        metadata = document(name, (4,), [endian("little")], 0)
        put(recorder, "later.zarr", name, (7,), name, metadata=metadata, data=data, level="later")


def fills(recorder):
    """tensorstore keeps the bits of a fill value: a NaN with a payload is a hexadecimal string."""
    cases = {
        "float32-payload": ("float32", "0x7fc00123", np.array(0x7FC00123, "u4").view("f4")),
        "float64-payload": ("float64", "0xfff8000000000abc", np.array(0xFFF8000000000ABC, "u8").view("f8")),
        "float16-payload": ("float16", "0x7e01", np.array(0x7E01, "u2").view("f2")),
        "float64-hex-number": ("float64", "0x3ff8000000000000", 1.5),
        "float32-infinity": ("float32", "-Infinity", -math.inf),
        "complex64-mixed": ("complex64", ["NaN", 2.5], complex(math.nan, 2.5)),
        "int64-min": ("int64", -(2**63), -(2**63)),
        "uint64-max": ("uint64", 2**64 - 1, 2**64 - 1),
    }
    for label, (dtype, text, value) in cases.items():
        metadata = document(dtype, (3,), [endian("little")], text)
        put(recorder, "fills.zarr", label, (6,), dtype, metadata=metadata, write=slice(0, 2), fill=value)


def codecs(recorder):
    def one(path, chain, shape=(12, 10), chunks=(12, 6), dtype="int32"):
        put(recorder, "codecs.zarr", path, shape, dtype, metadata=document(dtype, chunks, chain))

    little = endian("little")
    one("gzip", [little, codec("gzip", level=6)])
    one("zstd", [little, codec("zstd", level=3)])
    one("crc32c", [little, codec("crc32c")])
    for cname, shuffle in itertools.product(
        ["blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"], ["noshuffle", "shuffle", "bitshuffle"]
    ):
        if cname == "snappy" and shuffle != "shuffle":
            continue
        chain = [little, codec("blosc", cname=cname, clevel=5, shuffle=shuffle, typesize=4, blocksize=0)]
        try:
            one(f"blosc-{cname}-{shuffle}", chain, shape=(24, 20), chunks=(24, 12))
        except ValueError:
            assert cname == "snappy"  # not every build of c-blosc has it
    one("transpose-201", [codec("transpose", order=[2, 0, 1]), little], (3, 4, 5), (2, 3, 4))
    both = [codec("transpose", order=[1, 2, 0]), codec("transpose", order=[2, 1, 0])]
    one("transpose-twice", [*both, endian("big"), codec("gzip", level=1)], (3, 4, 5), (2, 3, 4), "float64")


def sharding(recorder):
    little = endian("little")
    zstd = [little, codec("zstd", level=1)]

    def one(path, chain, shape=(10, 9), shards=(6, 6), dtype="uint16", **options):
        metadata = document(dtype, shards, chain, options.get("fill", 0))
        put(recorder, "sharding.zarr", path, shape, dtype, metadata=metadata, **options)

    one("end", [sharded((3, 2), zstd)])
    one("start", [sharded((3, 2), zstd, location="start")])
    one("index-big-endian", [sharded((3, 3), zstd, [endian("big")])])
    one("nested", [sharded((6, 4), [sharded((3, 2), zstd)])], (20, 9), (12, 8))
    one("nested-start-twice", [sharded((6, 4), [sharded((3, 2), zstd, location="start")], location="start")],
        (20, 9), (12, 8))
    one("transpose-before", [codec("transpose", order=[1, 0]), sharded((2, 3), zstd)])
    one("crc32c-inside", [sharded((3, 2), [little, codec("crc32c")])])
    one("partly", [sharded((3, 2), zstd)], write=[(slice(0, 3), slice(2, 4)), (slice(7, 8), slice(0, 9))], fill=7)
    one("rewritten", [sharded((3, 2), zstd)], write=[slice(0, 5), slice(2, 7), slice(4, 10)])


def layout(recorder):
    for name, separator in itertools.product(["default", "v2"], ["/", "."]):
        keys = codec(name, separator=separator)
        metadata = document("int16", (2, 3), keys=keys)
        label = f"keys-{name}-{'slash' if separator == '/' else 'dot'}"
        put(recorder, "layout.zarr", label, (3, 5), metadata=metadata)
    put(recorder, "layout.zarr", "zero-dimensions", (), metadata=document("int16", ()))
    put(recorder, "layout.zarr", "zero-length", (0, 3), metadata=document("int16", (2, 2)))
    put(recorder, "layout.zarr", "five-dimensions", (3, 2, 2, 2, 3), "float32", metadata=document("float32", (2, 2, 1, 1, 2)))
    put(recorder, "layout.zarr", "chunk-larger-than-shape", (3, 4), metadata=document("int16", (8, 8)))


def version_2(recorder):
    def one(path, shape, chunks, dtype, encoded, compressor=None, **options):
        metadata = {"chunks": list(chunks), "dtype": encoded, "compressor": compressor, "order": options.pop("order", "C"),
                    "filters": None, "fill_value": options.pop("fill_value", 0), "dimension_separator": options.pop("separator", ".")}
        put(recorder, "v2.zarr", path, shape, dtype, version=2, metadata=metadata, **options)

    codes = {"bool": "b1", "int8": "i1", "uint8": "u1", "int16": "i2", "uint32": "u4", "int64": "i8", "float16": "f2",
             "float32": "f4", "float64": "f8", "complex64": "c8", "complex128": "c16"}
    assert set(codes) <= {*NUMBERS, *INTS, *FLOATS}
    for name, code in codes.items():
        order = "|" if code.endswith("1") else "><"[len(code) % 2]
        one(name, (7,), (4,), name, order + code, fill_value=None)
    blosc = {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
    one("blosc", (24, 20), (24, 12), "int32", "<i4", blosc)
    one("zlib", (12, 10), (12, 6), "int32", ">i4", {"id": "zlib", "level": 5})
    one("gzip", (12, 10), (12, 6), "int32", "<i4", {"id": "gzip", "level": 5})
    one("zstd", (12, 10), (12, 6), "int32", "<i4", {"id": "zstd", "level": 5})
    one("order-f-slash", (5, 4), (3, 2), "uint32", "<u4", order="F", separator="/")
    one("fill-nan", (6,), (3,), "float64", "<f8", fill_value="NaN", write=slice(0, 2), fill=math.nan)
    one("zero-dimensions", (), (), "int64", "<i8")


def write_random(recorder, count):
    """Arrays whose type, shape, chunks and codecs are drawn: not kept, made afresh for each differential run."""
    rng = recorder.rng("random")
    for number in range(count):
        ndim = int(rng.integers(0, 5))
        dtype = str(rng.choice(NUMBERS))
        shape = tuple(int(n) for n in rng.integers(0 if number % 9 == 0 else 1, 12 if ndim < 4 else 6, ndim))
        inner = tuple(int(n) for n in rng.integers(1, 5, ndim))
        shards = tuple(n * int(k) for n, k in zip(inner, rng.integers(1, 4, ndim)))
        chain = [endian(str(rng.choice(["little", "big"])))]
        blosc = {"cname": str(rng.choice(["lz4", "blosclz", "zlib", "zstd"])), "clevel": int(rng.integers(0, 10)), "blocksize": 0,
                 "shuffle": str(rng.choice(["noshuffle", "shuffle", "bitshuffle"])), "typesize": np.dtype(dtype).itemsize}
        pool = [codec("gzip", level=int(rng.integers(0, 10))), codec("zstd", level=int(rng.integers(1, 12))), codec("crc32c"),
                codec("blosc", **blosc)]
        chain += [pool[int(i)] for i in rng.choice(len(pool), int(rng.integers(0, 3)), replace=False)]
        if rng.random() < 0.5:
            chain.insert(0, codec("transpose", order=[int(n) for n in rng.permutation(ndim)]))
        chunks = inner
        if ndim > 0 and rng.random() < 0.5:
            chunks = shards
            index = [endian(str(rng.choice(["little", "big"])))] + [codec("crc32c")] * int(rng.integers(2))
            chain = [sharded(inner, chain, index, str(rng.choice(["start", "end"])))]
        zero = False if dtype == "bool" else [0, 0] if dtype.startswith("complex") else 0
        keys = codec(str(rng.choice(["default", "v2"])), separator=str(rng.choice(["/", "."])))
        region = tuple(slice(int(rng.integers(0, n + 1)), None) for n in shape) if number % 3 and ndim else ...
        put(recorder, "random.zarr", f"r{number:03}", shape, dtype, write=region,
            metadata=document(dtype, chunks, chain, zero, keys))
