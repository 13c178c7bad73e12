"""Data types, codecs and grids that an early version of a reader may refuse by name: entries of level `later`."""

import warnings

import numpy as np

STRINGS = ["", "plain", "Größe", "大きさ", "🌊 wave", 'quote " \\', "a\nb", "ż"]
BYTES = [b"", b"\x00", b"abc", b"\xff\xfe\x00", b"\x80" * 5, b"tail\x00", b"x"]
DATES = np.array(["1970-01-01", "NaT", "2026-02-28", "1677-09-22", "2262-04-11"])
RECORD = [("id", "<u2"), ("value", "<f8"), ("name", "S3"), ("flag", "?")]


def texts(count):
    return np.array([STRINGS[i % len(STRINGS)] for i in range(count)], dtype=object)


def records(count, dtype):
    array = np.zeros(count, dtype=dtype)
    for i in range(count):
        array[i] = (i * 7919 % 65_536, (-1) ** i * i / 3, b"abcdef"[: i % 4], i % 2 == 1)
    return array


def smooth(count, dtype):
    return (np.cumsum(np.arange(count) % 5) - 11).astype(dtype)


def write_zp3(recorder):
    import zarr
    import zarr.codecs.numcodecs as nc
    from zarr.dtype import VariableLengthBytes

    store = "later.zarr"

    def one(path, data, chunks, *, dtype=None, lossy=False, write=..., **options):
        options.setdefault("compressors", None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # these types and names are "not part of the specification"
            array = zarr.create_array(
                recorder.folder(store), name=path, shape=data.shape, chunks=chunks,
                dtype=data.dtype if dtype is None else dtype, **options,
            )
            array[write] = data[write]
            expected = array[...] if lossy or write is not ... else data
            name = array.metadata.data_type.to_json(zarr_format=3)
        name = name if isinstance(name, str) else name["name"]
        recorder.add(store, path, expected, zarr_format=3, dtype=name, level="later")

    one("string", texts(9).reshape(3, 3), (2, 2), dtype="string")
    one("string-zstd-fill", texts(5), (2,), dtype="string", compressors="auto", fill_value="–", write=slice(0, 2))
    one("variable-length-bytes", np.array(BYTES, dtype=object), (3,), dtype=VariableLengthBytes())
    one("fixed-utf32", np.array(STRINGS[:6], dtype="U7"), (4,), fill_value="–", write=slice(0, 4))
    one("null-terminated-bytes", np.array([b"a", b"", b"abcd", b"a\x00b"], dtype="S4"), (3,))
    one("raw-bytes", np.array([b"\x01\x02\x03", b"\x00\x00\x00", b"\xff\x00\xfe"], dtype="V3"), (2,))
    for unit in ["ns", "s", "D", "10us"]:
        dates = DATES[:3].astype("M8[D]") if unit == "10us" else DATES.astype("M8[D]")
        one(f"datetime-{unit}", dates.astype(f"M8[{unit}]"), (2,))
    one("timedelta-ms", np.array([0, -5, 86_400_000, "NaT"], dtype="m8[ms]"), (3,))
    one("struct", records(7, RECORD), (4,), compressors="auto")
    nested = np.zeros(3, dtype=[("at", [("x", "<f4"), ("y", "<i4")]), ("t", "<i8")])
    nested["at"]["x"], nested["at"]["y"], nested["t"] = [1.5, -2, 0], [1, 2, 3], [-1, 2**60, 7]
    one("struct-nested", nested, (2,))
    whole, real = smooth(30, "int32"), smooth(30, "float64") / 8
    one("bz2", whole, (20,), compressors=nc.BZ2(level=5))
    one("lzma", whole, (20,), compressors=nc.LZMA(preset=1))
    one("lz4", whole, (20,), compressors=nc.LZ4(acceleration=1))
    one("zlib", whole, (20,), compressors=nc.Zlib(level=5))
    one("numcodecs-zstd", whole, (20,), compressors=nc.Zstd(level=1))
    one("numcodecs-gzip", whole, (20,), compressors=nc.GZip(level=1))
    one("numcodecs-blosc", whole, (20,), compressors=nc.Blosc(cname="lz4", clevel=5, shuffle=1))
    one("shuffle-zlib", whole, (20,), compressors=[nc.Shuffle(elementsize=4), nc.Zlib(level=5)])
    one("delta", whole, (20,), filters=nc.Delta(dtype="<i4", astype="<i2"))
    one("fixedscaleoffset", real, (20,), lossy=True,
        filters=nc.FixedScaleOffset(offset=-2, scale=8, dtype="<f8", astype="<i2"))
    one("quantize", real, (20,), lossy=True, filters=nc.Quantize(digits=1, dtype="<f8"))
    one("bitround", real.astype("float32"), (20,), lossy=True, filters=nc.BitRound(keepbits=4))
    one("packbits", whole % 3 == 0, (20,), filters=nc.PackBits())
    one("astype", whole.astype("float32"), (20,), filters=nc.AsType(encode_dtype="<i2", decode_dtype="<f4"))
    for name, codec in {"crc32": nc.CRC32, "adler32": nc.Adler32, "fletcher32": nc.Fletcher32,
                        "jenkins-lookup3": nc.JenkinsLookup3, "numcodecs-crc32c": nc.CRC32C}.items():
        one(name, whole, (20,), compressors=codec())
    from zarr.codecs import ScaleOffset

    one("scale-offset", real, (20,), lossy=True, filters=ScaleOffset(offset=-2.0, scale=8.0))
    with zarr.config.set({"array.rectilinear_chunks": True}):
        one("rectilinear", smooth(70, "int16").reshape(7, 10), [[2, 1, 4], [3, 7]], lossy=False)


def write_zp2(recorder, put):
    import numcodecs as nc

    store = "later.zarr"

    def one(path, data, chunks, **options):
        put(recorder, store, path, data.shape, chunks, data=data, level="later", **options)

    one("strings-vlen-utf8", texts(9).reshape(3, 3), (2, 2), object_codec=nc.VLenUTF8(), fill_value="")
    one("strings-json2", texts(8), (5,), object_codec=nc.JSON(), fill_value="")
    one("strings-msgpack2", texts(8), (5,), object_codec=nc.MsgPack(), fill_value="")
    labels = texts(8)
    one("strings-categorize", labels, (5,), filters=[nc.Categorize(sorted(set(labels) - {""}), dtype=object)],
        object_codec=None, fill_value="")
    one("bytes-vlen", np.array(BYTES, dtype=object), (3,), object_codec=nc.VLenBytes(), fill_value=None)
    for order in "<>":
        one(f"unicode-{'little' if order == '<' else 'big'}", np.array(STRINGS[:6], dtype=f"{order}U7"), (4,),
            fill_value="–", write=slice(0, 4))
        one(f"datetime-{'little' if order == '<' else 'big'}", DATES.astype(f"{order}M8[ns]"), (2,))
    one("bytes-fixed", np.array([b"a", b"", b"abcd", b"a\x00b"], dtype="S4"), (3,), fill_value=b"xy", write=slice(0, 3))
    one("void", np.array([b"\x01\x02\x03", b"\x00\x00\x00", b"\xff\x00\xfe"], dtype="V3"), (2,), fill_value=None)
    one("timedelta-us", np.array([0, -5, 86_400_000], dtype="<m8[us]"), (2,))
    one("datetime-10min", np.array(["2026-01-01T00:10", "NaT"], dtype="<M8[10m]"), (2,))
    one("struct", records(7, RECORD), (4,), fill_value=None)
    mixed = records(7, [("id", ">u2"), ("value", "<f8"), ("name", "S3"), ("flag", "?")])
    one("struct-mixed-order", mixed, (4,), fill_value=None, compressor=nc.Zlib(1))
    whole, real = smooth(30, "<i4"), smooth(30, "<f8") / 8
    for name, codec in {"bz2": nc.BZ2(5), "lzma": nc.LZMA(preset=1), "lz4": nc.LZ4()}.items():
        one(name, whole, (20,), compressor=codec)
    one("shuffle", whole, (20,), filters=[nc.Shuffle(4)], compressor=nc.Zlib(5))
    one("delta", whole, (20,), filters=[nc.Delta("<i4", "<i2")], compressor=nc.Zlib(5))
    one("delta-big-endian", whole.astype(">i4"), (20,), filters=[nc.Delta(">i4")])
    one("fixedscaleoffset", real, (20,), filters=[nc.FixedScaleOffset(-2, 8, "<f8", "<i2")], lossy=True)
    one("fixedscaleoffset-f4", real.astype("f4"), (20,), filters=[nc.FixedScaleOffset(1.1, 7.3, "<f4", "|u1")],
        lossy=True)
    one("quantize", real, (20,), filters=[nc.Quantize(1, "<f8", "<f4")], lossy=True)
    one("bitround", real.astype("<f4"), (20,), filters=[nc.BitRound(4)], lossy=True)
    one("packbits", whole % 3 == 0, (20,), filters=[nc.PackBits()])
    one("astype", whole.astype("<f4"), (20,), filters=[nc.AsType("<i2", "<f4")])
    one("base64", whole, (20,), filters=[nc.Base64()])
    for name, codec in {"crc32": nc.CRC32(), "adler32": nc.Adler32(), "fletcher32": nc.Fletcher32(),
                        "jenkins-lookup3": nc.JenkinsLookup3()}.items():
        one(name, whole, (20,), filters=[codec])
