"""Reads arrays with another implementation of Zarr and compares them with what they must hold.

    python readback.py --reader zp3|zp2|zarrs|tensorstore --root FOLDER < entries.json

Standard input is a list of entries as in test/vectors/expected.json: `id`, `store` (below FOLDER), `kind` (`dir` or
`zip`), `path`, `zarr_format`, `shape`, and `expect` with `enc` and `sha256`. An entry may also hold `attrs` (compared by
zarr-python) and `dimension_names`. Prints a list of `{id, result, detail}`; `result` is `ok`, `WRONG` or `refuses`.
"""

import argparse
import hashlib
import json
import math
import os
import sys
import warnings

warnings.simplefilter("ignore")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "vectors"))

from recorder import canonical  # noqa: E402  (the path is set above)


def read_zp3(folder, entry):
    import zarr

    store = zarr.storage.ZipStore(folder, mode="r") if entry["kind"] == "zip" else folder
    array = zarr.open_array(store, path=entry["path"], mode="r", zarr_format=entry["zarr_format"])
    names = list(getattr(array.metadata, "dimension_names", None) or [])
    return array[...], dict(array.attrs), names


def read_zp2(folder, entry):
    import zarr

    array = zarr.open(folder, path=entry["path"], mode="r")
    return array[...], array.attrs.asdict(), None


def read_tensorstore(folder, entry):
    import tensorstore

    if entry["kind"] == "zip":
        base = {"driver": "zip", "base": {"driver": "file", "path": folder}}
        base["path"] = entry["path"] + "/" if entry["path"] else ""
    else:
        base = {"driver": "file", "path": os.path.join(folder, entry["path"]).rstrip("/") + "/"}
    driver = "zarr" if entry["zarr_format"] == 2 else "zarr3"
    array = tensorstore.open({"driver": driver, "kvstore": base}, open=True, read=True).result()
    names = [label or None for label in array.domain.labels]
    return array.read().result(), None, names if driver == "zarr3" else None


READERS = {"zp3": read_zp3, "zarrs": read_zp3, "zp2": read_zp2, "tensorstore": read_tensorstore}


def same(want, got):
    """Equal as JSON, where a non-finite number stands as `{"$number": …}` in what is wanted."""
    if isinstance(want, dict) and list(want) == ["$number"]:
        value = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}[want["$number"]]
        return isinstance(got, float) and (got == value or (math.isnan(got) and math.isnan(value)))
    if isinstance(want, dict):
        return isinstance(got, dict) and want.keys() == got.keys() and all(same(want[key], got[key]) for key in want)
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(same, want, got))
    return want == got and isinstance(want, bool) == isinstance(got, bool)


def check(reader, root, entry):
    data, attrs, names = READERS[reader](os.path.join(root, entry["store"]), entry)
    # NumPy gives a string for a 0-d array of strings, and a number for one of numbers.
    if list(getattr(data, "shape", [])) != entry["shape"]:
        return "WRONG", f"shape {list(data.shape)}, expected {entry['shape']}"
    enc, raw, _ = canonical(data)
    if enc != entry["expect"]["enc"] and raw != b"[]":
        return "WRONG", f"encoded as {enc}, expected {entry['expect']['enc']}"
    if hashlib.sha256(raw).hexdigest() != entry["expect"]["sha256"]:
        return "WRONG", f"bytes {raw[:24].hex()}…, expected {entry['expect'].get('base64', 'another sha256')[:40]}"
    if attrs is not None and "attrs" in entry and not same(entry["attrs"], attrs):
        return "WRONG", f"attributes {json.dumps(attrs)[:200]}"
    if names is not None and "dimension_names" in entry and names != entry["dimension_names"]:
        return "WRONG", f"dimension names {names}"
    return "ok", None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reader", required=True, choices=READERS)
    parser.add_argument("--root", required=True)
    options = parser.parse_args()
    if options.reader in ("zp3", "zarrs"):
        import zarr

        zarr.config.set({"array.rectilinear_chunks": True})
    if options.reader == "zarrs":
        # Strict: what zarrs cannot do is refused, not done by zarr-python behind its back.
        strict = {"codec_pipeline.path": "zarrs.ZarrsCodecPipeline", "codec_pipeline.strict": True}
        zarr.config.set(strict)
    report = []
    for entry in json.load(sys.stdin):
        try:
            result, detail = check(options.reader, options.root, entry)
        except Exception as error:  # whatever a reader raises is its way of refusing
            result, detail = "refuses", f"{type(error).__name__}: {error}"[:300]
        report.append({"id": entry["id"], "result": result, "detail": detail})
    json.dump(report, sys.stdout)


main()
