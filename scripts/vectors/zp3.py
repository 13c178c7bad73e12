"""Stores that zarr-python 3 writes; also, through its codec pipeline, those that zarrs writes."""

import itertools
import types
import warnings

import numpy as np
import zarr
import zarr.storage._zip
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec

from recorder import FLOATS, INTS, NUMBERS, freeze_time, sample, tokens


def write(recorder):
    freeze_time()
    # Entries of a zip archive carry the time of writing.
    zarr.storage._zip.time = types.SimpleNamespace(time=lambda: 315_532_800, localtime=lambda _: (1980, 1, 1, 0, 0, 0))
    for section in (dtypes, fills, codecs, sharding, layout, hierarchy, version_2, archives):
        section(recorder)
    from later import write_zp3

    write_zp3(recorder)


def write_with_zarrs(recorder):
    """The chunks, not the documents, come from zarrs."""
    use_zarrs()
    for section in (dtypes, codecs, sharding):
        section(recorder)


def use_zarrs():
    freeze_time()
    # Strict: what zarrs cannot do is refused, not done by zarr-python behind its back.
    zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline", "codec_pipeline.strict": True})


def write_random_with_zarrs(recorder, count):
    from zarrs.pipeline import UnsupportedMetadataError

    use_zarrs()
    write_random(recorder, count, UnsupportedMetadataError)


def put(recorder, store, path, shape, chunks, dtype="int16", *, data=None, write=..., tags=None, version=3, **options):
    """Creates one array, writes the region `write` of its sample values, and records what a reader must see."""
    full = sample(recorder.rng(f"{store}/{path}"), dtype, shape) if data is None else data
    options.setdefault("fill_value", 0)
    options.setdefault("compressors", None)
    array = zarr.create_array(
        recorder.folder(store), name=path, shape=shape, chunks=chunks, dtype=full.dtype, zarr_format=version, **options
    )
    fill = array.fill_value
    expected = np.full(shape, fill if fill is not None else 0, dtype=full.dtype)
    if write is not None:
        for region in write if isinstance(write, list) else [write]:
            expected[region] = full[region]
            array[region] = full[region]
    more = {}
    if options.get("attributes"):
        more["attrs"] = tokens(options["attributes"])
    if options.get("dimension_names"):
        more["dimension_names"] = options["dimension_names"]
    recorder.add(store, path, expected, zarr_format=version, dtype=full.dtype.name, chunks=array.chunks, **more)
    return array


def dtypes(recorder):
    for name, endian in itertools.product(NUMBERS, ["little", "big"]):
        if endian == "big" and np.dtype(name).itemsize == 1:
            continue
        put(recorder, "dtypes.zarr", f"{name}-{endian}", (7,), (4,), name, serializer=BytesCodec(endian=endian))


def fills(recorder):
    cases = {
        "bool-true": ("bool", True),
        "complex64": ("complex64", complex(np.nan, -np.inf)),
        "complex128": ("complex128", complex(-0.5, 1e300)),
    }
    for name in INTS:
        cases[f"{name}-min"] = (name, int(np.iinfo(name).min))
        cases[f"{name}-max"] = (name, int(np.iinfo(name).max))
    for name in FLOATS:
        for label, value in {"nan": np.nan, "inf": np.inf, "ninf": -np.inf, "nzero": -0.0, "third": 1 / 3}.items():
            cases[f"{name}-{label}"] = (name, np.dtype(name).type(value))
    for label, (dtype, value) in cases.items():
        # One of two chunks is there: the other one shows the fill value.
        put(recorder, "fills.zarr", label, (6,), (3,), dtype, write=slice(0, 2), fill_value=value)


def codecs(recorder):
    def one(path, compressors, shape=(12, 10), chunks=(12, 6), dtype="int32", **options):
        put(recorder, "codecs.zarr", path, shape, chunks, dtype, compressors=compressors, **options)

    one("none", None)
    one("gzip-0", GzipCodec(level=0))
    one("gzip-9", GzipCodec(level=9))
    one("zstd-0", ZstdCodec(level=0, checksum=False))
    one("zstd-checksum", ZstdCodec(level=5, checksum=True))
    one("zstd-negative-level", ZstdCodec(level=-3, checksum=False))
    one("crc32c", Crc32cCodec())
    one("gzip-crc32c", [GzipCodec(level=1), Crc32cCodec()])
    one("crc32c-zstd-crc32c", [Crc32cCodec(), ZstdCodec(level=1), Crc32cCodec()])
    for cname, shuffle in itertools.product(
        ["blosclz", "lz4", "lz4hc", "zlib", "zstd"], ["noshuffle", "shuffle", "bitshuffle"]
    ):
        codec = BloscCodec(cname=cname, clevel=5, shuffle=shuffle, typesize=4)
        one(f"blosc-{cname}-{shuffle}", codec, shape=(24, 20), chunks=(24, 12))
    for level, dtype in [(0, "int16"), (1, "float64"), (9, "uint8")]:
        codec = BloscCodec(cname="lz4", clevel=level, shuffle="shuffle", typesize=np.dtype(dtype).itemsize)
        one(f"blosc-level-{level}", codec, dtype=dtype)
    # Several blocks, a last one that is shorter, and a stretch that does not compress.
    rng = recorder.rng("blosc-blocks")
    data = (np.arange(12_000) // 7 % 251).astype("uint16")
    data[3000:3600] = rng.integers(0, 65_536, 600)
    for cname in ["lz4", "blosclz", "zstd"]:
        codec = BloscCodec(cname=cname, clevel=9, shuffle="shuffle", typesize=2, blocksize=4096)
        one(f"blosc-blocks-{cname}", codec, shape=data.shape, chunks=data.shape, data=data)
    for order in [(1, 0), (0, 1)]:
        one(f"transpose-{''.join(map(str, order))}", None, filters=[TransposeCodec(order=order)])
    one("transpose-201", None, shape=(3, 4, 5), chunks=(2, 3, 4), filters=[TransposeCodec(order=(2, 0, 1))])
    both = [TransposeCodec(order=(1, 2, 0)), TransposeCodec(order=(2, 1, 0))]
    one("transpose-twice", ZstdCodec(level=1), shape=(3, 4, 5), chunks=(2, 3, 4), filters=both)
    one("transpose-big-endian", None, filters=[TransposeCodec(order=(1, 0))], serializer=BytesCodec(endian="big"))


def sharding(recorder):
    def one(path, codec, shape=(10, 9), shards=(6, 6), dtype="uint16", **options):
        put(recorder, "sharding.zarr", path, shape, shards, dtype, serializer=codec, **options)

    inner = [BytesCodec(), ZstdCodec(level=1)]
    one("end", ShardingCodec(chunk_shape=(3, 2), codecs=inner))
    one("start", ShardingCodec(chunk_shape=(3, 2), codecs=inner, index_location="start"))
    one("plain-inner", ShardingCodec(chunk_shape=(2, 3), codecs=[BytesCodec()]))
    one("big-endian", ShardingCodec(chunk_shape=(2, 3), codecs=[BytesCodec(endian="big")]))
    one("index-no-checksum", ShardingCodec(chunk_shape=(3, 3), codecs=inner, index_codecs=[BytesCodec()]))
    index = [BytesCodec(endian="big"), Crc32cCodec()]
    one("index-big-endian", ShardingCodec(chunk_shape=(3, 3), codecs=inner, index_codecs=index))
    transposed = [TransposeCodec(order=(1, 0)), BytesCodec(), GzipCodec(level=5)]
    one("transpose-inside", ShardingCodec(chunk_shape=(3, 2), codecs=transposed))
    one("transpose-before", ShardingCodec(chunk_shape=(2, 3), codecs=inner), filters=[TransposeCodec(order=(1, 0))])
    one("gzip-after", ShardingCodec(chunk_shape=(3, 2), codecs=[BytesCodec()]), compressors=[GzipCodec(level=5)])
    one("crc32c-after", ShardingCodec(chunk_shape=(3, 2), codecs=inner), compressors=[Crc32cCodec()])
    nested = ShardingCodec(chunk_shape=(3, 2), codecs=inner, index_location="start")
    one("nested", ShardingCodec(chunk_shape=(6, 4), codecs=[nested]), shape=(20, 9), shards=(12, 8))
    one("one-inner-chunk", ShardingCodec(chunk_shape=(6, 6), codecs=inner))
    blosc = [BytesCodec(), BloscCodec(cname="lz4", clevel=5, shuffle="shuffle", typesize=8)]
    one("blosc-inside", ShardingCodec(chunk_shape=(3, 3), codecs=blosc), dtype="float64")
    # Inner chunks that are missing, in a shard that is there, beside shards that are missing.
    partly = [(slice(0, 3), slice(2, 4)), (slice(7, 8), slice(0, 9))]
    one("partly", ShardingCodec(chunk_shape=(3, 2), codecs=inner), write=partly, fill_value=7)
    one("empty", ShardingCodec(chunk_shape=(3, 2), codecs=inner), write=None, fill_value=9)
    three = ShardingCodec(chunk_shape=(1, 2, 3), codecs=inner)
    one("three-dimensions", three, shape=(3, 5, 7), shards=(2, 4, 6), dtype="int8")


def layout(recorder):
    def one(path, shape, chunks, **options):
        put(recorder, "layout.zarr", path, shape, chunks, **options)

    for name, separator in itertools.product(["default", "v2"], ["/", "."]):
        label = f"keys-{name}-{'slash' if separator == '/' else 'dot'}"
        one(label, (3, 5), (2, 3), chunk_key_encoding={"name": name, "separator": separator})
        one(f"{label}-0d", (), (), chunk_key_encoding={"name": name, "separator": separator})
    one("zero-dimensions-missing", (), (), write=None, fill_value=42)
    one("zero-length", (0,), (3,))
    one("zero-length-middle", (3, 0, 2), (2, 1, 2))
    one("five-dimensions", (3, 2, 4, 2, 3), (2, 2, 3, 1, 2), dtype="float32")
    one("chunk-larger-than-shape", (3, 4), (8, 8), dtype="float64")
    one("edge-chunks", (7, 5, 3), (3, 2, 2), dtype="uint8")
    one("missing-chunks", (9, 8), (3, 4), write=[(slice(0, 3), slice(4, 8)), (slice(7, 8), slice(0, 4))], fill_value=-3)
    one("all-missing", (5, 5), (2, 2), write=None, fill_value=-1)
    one("one-element-chunks", (2, 3), (1, 1), dtype="complex64")


def hierarchy(recorder):
    attributes = {
        "title": "Größe — 大きさ 🌊",
        "nan": float("nan"),
        "infinities": [float("inf"), float("-inf")],
        "numbers": [0, -1, 1.5, 1e300, 2**53 - 1],
        "nested": {"a": {"b": [True, False, None]}, "": "an empty key"},
    }
    store = "groups.zarr"
    root = zarr.create_group(recorder.folder(store), attributes={"level": 0})
    root.create_group("a/b/c", attributes=attributes)
    root.create_group("empty")
    put(recorder, store, "at-root", (4,), (2,), attributes=attributes, dimension_names=["x"])
    put(recorder, store, "a/b/deep", (2, 3, 4), (2, 3, 4), dimension_names=["time", None, "größe"])
    put(recorder, store, "a/b/c/with space", (3,), (3,))
    put(recorder, store, "a/Unicode-ñ", (3,), (2,), attributes={})
    nodes = ["", "a", "a/b", "a/b/c", "empty"]
    recorder.entries[-1]["groups"] = nodes
    store = "consolidated.zarr"
    root = zarr.create_group(recorder.folder(store), attributes={"kind": "consolidated"})
    root.create_group("inner").create_group("leaf", attributes={"n": 1})
    put(recorder, store, "inner/x", (5,), (2,), attributes={"units": "m"})
    put(recorder, store, "y", (2, 2), (2, 2), dtype="float32")
    zarr.consolidate_metadata(recorder.folder(store))
    recorder.entries[-1]["groups"] = ["", "inner", "inner/leaf"]
    put(recorder, "root-array.zarr", "", (4, 4), (2, 4), dtype="uint32", compressors=ZstdCodec(level=1))


def version_2(recorder):
    store = "v2.zarr"
    zarr.create_group(recorder.folder(store), zarr_format=2, attributes={"made by": "zarr-python 3"})
    for name in ["bool", "int16", "uint64", "float32", "complex128"]:
        put(recorder, store, name, (7,), (4,), name, version=2)
    put(recorder, store, "order-f", (5, 4), (3, 2), version=2, order="F", compressors="auto")
    put(recorder, store, "slash", (5, 4), (3, 2), version=2, chunk_key_encoding={"name": "v2", "separator": "/"})
    put(recorder, store, "fill-none", (4,), (2,), version=2, fill_value=None, write=slice(0, 2))
    put(recorder, store, "zero-dimensions", (), (), version=2, attributes={"a": 1})
    zarr.consolidate_metadata(recorder.folder(store), zarr_format=2)


def archives(recorder):
    """Zip stores: one that is written once, and one whose entries are written again, so that names repeat."""
    # One value at a time: entries come in the same order on every run.
    zarr.config.set({"async.concurrency": 1})
    # Only version 3: zarr-python writes the documents of version 2 at once, in an order that changes.
    store = zarr.storage.ZipStore(recorder.folder("plain.zip"), mode="w")
    group = zarr.create_group(store, attributes={"in": "a zip archive"}).create_group("group")
    data = sample(recorder.rng("plain.zip"), "int32", (5, 6))
    group.create_array("a", data=data, chunks=(2, 4))
    store.close()
    recorder.add("plain.zip", "group/a", data, zarr_format=3, dtype="int32", chunks=(2, 4), kind="zip")
    name = "rewritten.zip"
    store = zarr.storage.ZipStore(recorder.folder(name), mode="w")
    array = zarr.create_array(store, shape=(4,), chunks=(2,), dtype="uint8", compressors=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Duplicate name": that is the case to be made
        array[:] = np.array([1, 2, 3, 4], "uint8")
        array[0:2] = np.array([9, 8], "uint8")
    store.close()
    expected = np.array([9, 8, 3, 4], "uint8")
    recorder.add(name, "", expected, zarr_format=3, dtype="uint8", chunks=(2,), kind="zip")


def write_random(recorder, count, refusal=()):
    """Arrays whose type, shape, chunks and codecs are drawn: not kept, made afresh for each differential run."""
    freeze_time()
    rng = recorder.rng("random")
    for number in range(count):
        ndim = int(rng.integers(0, 5))
        dtype = str(rng.choice(NUMBERS))
        itemsize = np.dtype(dtype).itemsize
        shape = tuple(int(n) for n in rng.integers(0 if number % 9 == 0 else 1, 12 if ndim < 4 else 6, ndim))
        inner = tuple(int(n) for n in rng.integers(1, 5, ndim))
        shards = tuple(n * int(k) for n, k in zip(inner, rng.integers(1, 4, ndim)))
        endian = str(rng.choice(["little", "big"]))

        def compressors():
            pool = [
                GzipCodec(level=int(rng.integers(0, 10))),
                ZstdCodec(level=int(rng.integers(-2, 12)), checksum=bool(rng.integers(2))),
                BloscCodec(
                    cname=str(rng.choice(["lz4", "lz4hc", "blosclz", "zlib", "zstd"])),
                    clevel=int(rng.integers(0, 10)),
                    shuffle=str(rng.choice(["noshuffle", "shuffle", "bitshuffle"])),
                    typesize=itemsize,
                ),
                Crc32cCodec(),
            ]
            return [pool[int(i)] for i in rng.choice(len(pool), int(rng.integers(0, 3)), replace=False)]

        def transposes():
            return [TransposeCodec(order=tuple(map(int, rng.permutation(ndim)))) for _ in range(int(rng.integers(0, 2)))]

        serializer, filters = BytesCodec(endian=endian), transposes()
        chunks = inner
        if ndim > 0 and rng.random() < 0.5:
            # A transposition before the shard permutes its shape; a permuted inner shape need not divide it.
            filters, chunks = [], shards
            index = [BytesCodec(endian=str(rng.choice(["little", "big"])))] + [Crc32cCodec()] * int(rng.integers(2))
            serializer = ShardingCodec(
                chunk_shape=inner,
                codecs=[*transposes(), serializer, *compressors()],
                index_codecs=index,
                index_location=str(rng.choice(["start", "end"])),
            )
        keys = {"name": str(rng.choice(["default", "v2"])), "separator": str(rng.choice(["/", "."]))}
        low = [int(rng.integers(0, n + 1)) for n in shape]
        region = tuple(slice(lo, int(rng.integers(lo, n + 1))) for lo, n in zip(low, shape)) if number % 3 else ...
        try:
            put(
                recorder,
                "random.zarr",
                f"r{number:03}",
                shape,
                chunks,
                dtype,
                write=region,
                serializer=serializer,
                filters=filters,
                compressors=compressors(),
                chunk_key_encoding=keys,
                fill_value=np.dtype(dtype).type(int(rng.integers(0, 2))),
            )
        except refusal:
            continue
