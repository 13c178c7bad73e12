"""Stores that zarr-python 2 writes."""

import itertools
import types
import warnings

import numcodecs
import numpy as np
import zarr
from numcodecs import Blosc, GZip, Zlib, Zstd

from recorder import FLOATS, INTS, NUMBERS, freeze_time, sample, tokens


def write(recorder):
    freeze_time()
    freeze_zip_time()
    numcodecs.blosc.use_threads = False
    for section in (dtypes, fills, codecs, layout, hierarchy, archives):
        section(recorder)
    from later import write_zp2

    write_zp2(recorder, put)


def freeze_zip_time():
    import zarr.storage

    zarr.storage.time = types.SimpleNamespace(time=lambda: 315_532_800, localtime=lambda _=0: (1980, 1, 1, 0, 0, 0))


def open_store(recorder, store, separator="."):
    # NestedDirectoryStore is what writes "/" between the numbers of a chunk key as folders.
    return zarr.DirectoryStore(recorder.folder(store), dimension_separator=separator)


def put(recorder, store, path, shape, chunks, dtype="<i2", *, data=None, write=..., level="core", lossy=False,
        separator=".", attrs=None, target=None, kind="dir", **options):
    """Creates one array, writes the region `write` of its sample values, and records what a reader must see."""
    full = sample(recorder.rng(f"{store}/{path}"), dtype, shape) if data is None else data
    options.setdefault("fill_value", 0)
    options.setdefault("compressor", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        array = zarr.create(
            shape, chunks=chunks, dtype=full.dtype, store=open_store(recorder, store, separator) if target is None else target,
            path=path, dimension_separator=separator, write_empty_chunks=True,
            **options,
        )
        if attrs is not None:
            array.attrs.put(attrs)
        if write is not None:
            array[write] = full[write]
        expected = array[...]
    if not lossy and write is ...:
        # What is expected is what was given, not what came back; both have to be the same.
        same = np.array_equal(np.asarray(expected), full, equal_nan=full.dtype.kind in "fcmM")
        assert same, (path, expected, full)
        expected = full
    if options["fill_value"] is None and write is not ...:
        # NumPy leaves such a chunk uninitialised; everyone else reads it as zeros.
        zeros = np.zeros(shape, full.dtype)
        if write is not None:
            zeros[write] = full[write]
        expected = zeros
    more = {} if attrs is None else {"attrs": tokens(attrs)}
    recorder.add(store, path, expected, zarr_format=2, dtype=full.dtype.str if full.dtype.names is None else "struct",
                 chunks=array.chunks, level=level, kind=kind, **more)
    return array


def dtypes(recorder):
    for name, order in itertools.product(NUMBERS, "<>"):
        if order == ">" and np.dtype(name).itemsize == 1:
            continue
        label = "little" if order == "<" else "big"
        put(recorder, "dtypes.zarr", f"{name}-{label}", (7,), (4,), np.dtype(name).newbyteorder(order))


def fills(recorder):
    cases = {
        "bool-true": ("?", True),
        "complex64": ("<c8", complex(np.nan, -np.inf)),
        "complex128": (">c16", complex(-0.5, 1e300)),
        "none": ("<f4", None),
        "none-int": ("<i8", None),
    }
    for name in INTS:
        cases[f"{name}-min"] = (name, int(np.iinfo(name).min))
        cases[f"{name}-max"] = (name, int(np.iinfo(name).max))
    for name in FLOATS:
        for label, value in {"nan": np.nan, "inf": np.inf, "ninf": -np.inf, "nzero": -0.0, "third": 1 / 3}.items():
            cases[f"{name}-{label}"] = (name, value)
    cases["float64-big-endian"] = (">f8", 2.5)
    for label, (dtype, value) in cases.items():
        put(recorder, "fills.zarr", label, (6,), (3,), dtype, write=slice(0, 2) if value is not None else slice(0, 3),
            fill_value=value)


def codecs(recorder):
    def one(path, compressor, shape=(12, 10), chunks=(12, 6), dtype="<i4", **options):
        put(recorder, "codecs.zarr", path, shape, chunks, dtype, compressor=compressor, **options)

    one("none", None)
    for level in (0, 1, 9):
        one(f"zlib-{level}", Zlib(level))
        one(f"gzip-{level}", GZip(level))
    for level in (-1, 1, 19):
        one(f"zstd-{level}", Zstd(level))
    one("zstd-checksum", Zstd(3, checksum=True))
    for cname, shuffle in itertools.product(["blosclz", "lz4", "lz4hc", "zlib", "zstd"], [0, 1, 2, -1]):
        one(f"blosc-{cname}-{'auto' if shuffle < 0 else shuffle}", Blosc(cname, 5, shuffle), (24, 20), (24, 12))
    one("blosc-bytes", Blosc("lz4", 5, Blosc.AUTOSHUFFLE), dtype="u1")
    one("blosc-store", Blosc("zlib", 0, Blosc.NOSHUFFLE), dtype="<f8")
    data = (np.arange(12_000) // 7 % 251).astype("<u2")
    for cname in ["lz4", "lz4hc"]:
        one(f"blosc-blocks-{cname}", Blosc(cname, 9, Blosc.SHUFFLE, 4096), data.shape, data.shape, data=data)
    one("big-endian-blosc", Blosc("zstd", 5, Blosc.SHUFFLE), dtype=">f4")


def layout(recorder):
    def one(path, shape, chunks, **options):
        put(recorder, options.pop("store", "layout.zarr"), path, shape, chunks, **options)

    one("order-f", (5, 4, 3), (3, 2, 2), order="F")
    one("order-f-blosc", (5, 4), (3, 3), order="F", compressor=Blosc("lz4", 5, Blosc.SHUFFLE), dtype=">u4")
    one("slash", (5, 4), (3, 2), separator="/")
    one("zero-dimensions", (), ())
    one("zero-dimensions-missing", (), (), write=None, fill_value=42)
    one("zero-length", (0,), (3,))
    one("five-dimensions", (3, 2, 4, 2, 3), (2, 2, 3, 1, 2), dtype="<f4")
    one("chunk-larger-than-shape", (3, 4), (8, 8), dtype="<f8")
    one("edge-chunks", (7, 5, 3), (3, 2, 2), dtype="u1")
    one("missing-chunks", (9, 8), (3, 4), write=(slice(0, 3), slice(4, 8)), fill_value=-3)
    one("all-missing", (5, 5), (2, 2), write=None, fill_value=-1)
    one("", (4, 3), (2, 2), store="root-array.zarr")


def hierarchy(recorder):
    attributes = {"title": "Größe — 大きさ 🌊", "nan": float("nan"), "inf": [float("inf"), float("-inf")], "n": [1, 2.5]}
    store = open_store(recorder, "groups.zarr")
    root = zarr.group(store)
    root.attrs.put({"level": 0})
    root.create_group("a/b/c").attrs.put(attributes)
    put(recorder, "groups.zarr", "a/b/deep", (2, 3), (2, 3), target=store, attrs=attributes)
    put(recorder, "groups.zarr", "with space/Unicode-ñ", (3,), (2,), target=store)
    recorder.entries[-1]["groups"] = ["", "a", "a/b", "a/b/c", "with space"]
    store = open_store(recorder, "consolidated.zarr")
    zarr.group(store).create_group("inner").attrs.put({"n": 1})
    put(recorder, "consolidated.zarr", "inner/x", (5,), (2,), target=store, attrs={"units": "m"})
    zarr.consolidate_metadata(store)
    recorder.entries[-1]["groups"] = ["", "inner"]


def archives(recorder):
    store = zarr.ZipStore(recorder.folder("flat.zip"), mode="w")
    zarr.group(store).attrs.put({"in": "a zip archive"})
    put(recorder, "flat.zip", "group/a", (5, 6), (2, 4), target=store, kind="zip", compressor=Zlib(1))
    store.close()
    import zipfile

    store = zarr.ZipStore(recorder.folder("deflated.zip"), mode="w", compression=zipfile.ZIP_DEFLATED)
    put(recorder, "deflated.zip", "", (8, 8), (4, 4), target=store, kind="zip", dtype="<f8")
    store.close()


def write_random(recorder, count):
    """Arrays whose type, shape, chunks and codecs are drawn: not kept, made afresh for each differential run."""
    freeze_time()
    rng = recorder.rng("random")
    for number in range(count):
        ndim = int(rng.integers(0, 5))
        dtype = np.dtype(str(rng.choice(NUMBERS))).newbyteorder(str(rng.choice(["<", ">"])))
        shape = tuple(int(n) for n in rng.integers(0 if number % 9 == 0 else 1, 12 if ndim < 4 else 6, ndim))
        chunks = tuple(int(n) for n in rng.integers(1, 8, ndim))
        compressor = [
            None,
            Zlib(int(rng.integers(0, 10))),
            GZip(int(rng.integers(0, 10))),
            Zstd(int(rng.integers(-2, 12)), checksum=bool(rng.integers(2))),
            Blosc(str(rng.choice(["lz4", "lz4hc", "blosclz", "zlib", "zstd"])), int(rng.integers(0, 10)),
                  int(rng.integers(-1, 3))),
        ][int(rng.integers(0, 5))]
        region = tuple(slice(int(rng.integers(0, n + 1)), None) for n in shape) if number % 3 and ndim else ...
        put(recorder, "random.zarr", f"r{number:03}", shape, chunks, dtype, write=region, compressor=compressor,
            order=str(rng.choice(["C", "F"])), fill_value=int(rng.integers(0, 2)), separator=str(rng.choice([".", "/"])))
