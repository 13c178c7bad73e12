"""What every writer shares: sample values, the canonical bytes of an array, and the list of what was written."""

import base64
import gzip
import hashlib
import json
import os
import types
import zlib

import numpy as np

INTS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
NUMBERS = ["bool", *INTS, *FLOATS, *COMPLEX]

# Values up to this many bytes stand in expected.json itself, so that a difference can be seen, not only found.
INLINE_BYTES = 160


def freeze_time():
    """gzip members carry the time of writing; the same input is to give the same file."""
    gzip.time = types.SimpleNamespace(time=lambda: 0)


def sample(rng, dtype, shape):
    """Values of a numeric data type: its extremes first, then small numbers that repeat, so that codecs have work."""
    dtype = np.dtype(dtype)
    count = int(np.prod(shape))
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        flat = rng.integers(0, 40, count).astype(dtype)
        edges = [info.min, info.max, info.max - 1, info.min + 1, 1]
    elif dtype.kind == "f":
        info = np.finfo(dtype)
        flat = (rng.integers(-80, 80, count) / 4).astype(dtype)
        edges = [-0.0, np.inf, -np.inf, np.nan, info.max, info.smallest_subnormal]
    elif dtype.kind == "c":
        flat = (rng.integers(-80, 80, count) / 4 + 1j * rng.integers(-9, 9, count)).astype(dtype)
        edges = [complex(-0.0, np.inf), complex(np.nan, -1.5), complex(0.25, -0.0)]
    else:
        raise TypeError(dtype)
    if count > 2 * len(edges):
        where = rng.choice(count, len(edges), replace=False)
        flat[where] = np.array(edges, dtype=dtype)
    elif count > 0:
        flat[: len(edges)] = np.array(edges, dtype=dtype)[:count]
    return flat.reshape(shape)


def canonical(array):
    """`(enc, bytes, payload)` of an array: C order, little-endian, bool 0/1; lists for variable-length types."""
    array = np.asarray(array)
    if array.dtype.kind in "OT":
        flat = array.ravel().tolist()
        if any(isinstance(item, bytes) for item in flat):
            payload = [bytes(item).hex() for item in flat]
            return "hexlist", json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(), payload
        return "jsonlist", json.dumps(flat, ensure_ascii=False, separators=(",", ":")).encode(), flat
    if array.dtype.kind in "mM":
        array = array.astype(array.dtype.newbyteorder("<")).view("<i8")
    elif array.dtype.name in ("int4", "int2"):
        array = array.astype("int8")
    elif array.dtype.name in ("uint4", "uint2"):
        array = array.astype("uint8")
    elif array.dtype.kind == "b":
        array = array.astype("u1")
    elif array.dtype.byteorder == ">" or array.dtype.names:
        array = array.astype(array.dtype.newbyteorder("<"))
    return "raw", np.ascontiguousarray(array).tobytes(), None


def tokens(value):
    """Attributes as JSON that every parser reads: a non-finite number becomes `{"$number": "NaN"}`."""
    if isinstance(value, float) and not np.isfinite(value):
        return {"$number": "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, dict):
        return {key: tokens(item) for key, item in value.items()}
    return [tokens(item) for item in value] if isinstance(value, list) else value


def expectation(array):
    enc, data, payload = canonical(array)
    found = {"enc": enc, "sha256": hashlib.sha256(data).hexdigest()}
    if enc != "raw":
        if len(data) <= 4 * INLINE_BYTES:
            found["list"] = payload
    elif len(data) <= INLINE_BYTES:
        found["base64"] = base64.b64encode(data).decode()
    return found


class Recorder:
    """Collects one entry an array; `close` writes them as `<writer>.json` into the output folder."""

    def __init__(self, out, writer, seed, versions):
        self.out, self.writer, self.seed, self.versions = out, writer, seed, versions
        self.entries = []
        os.makedirs(os.path.join(out, writer), exist_ok=True)

    def rng(self, name):
        """Random numbers of one array: they depend on its name, so that adding a case changes no other."""
        return np.random.default_rng([self.seed, zlib.crc32(f"{self.writer}/{name}".encode())])

    def folder(self, store):
        return os.path.join(self.out, self.writer, store)

    def add(self, store, path, expected, *, zarr_format, dtype, chunks=None, level="core", kind="dir", **more):
        """`expected` holds the values that a reader must give; `more` may hold `attrs`, `dimension_names`, `nodes`."""
        name = f"{self.writer}/{store}"
        self.entries.append(
            {
                "id": f"{name}::{path}",
                "store": name,
                "kind": kind,
                "path": path,
                "zarr_format": zarr_format,
                "shape": list(np.shape(expected)),
                "dtype": str(dtype),
                **({} if chunks is None else {"chunks": list(chunks)}),
                "level": level,
                **more,
                "expect": expectation(expected),
            }
        )

    def close(self):
        with open(os.path.join(self.out, f"{self.writer}.json"), "w", encoding="utf-8") as file:
            # Two entries of one array must not exist: the later one would hide the earlier.
            assert len({entry["id"] for entry in self.entries}) == len(self.entries)
            json.dump({"versions": self.versions, "entries": self.entries}, file, ensure_ascii=False)
