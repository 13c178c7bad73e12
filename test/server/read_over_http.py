"""Reads arrays over HTTP with another implementation and prints what it saw as JSON.

read_over_http.py TOOL URL... ; TOOL is zarr, xarray or tensorstore.
"""

import json
import sys


def facts(values):
    import numpy as np

    values = np.asarray(values)
    return {
        "shape": list(values.shape),
        "dtype": str(values.dtype),
        "sum": float(values.astype("float64").sum()),
        "part": values.reshape(-1)[7:11].tolist(),
    }


def with_zarr(url):
    import zarr

    node = zarr.open(url, mode="r")
    if isinstance(node, zarr.Array):
        return facts(node[...])
    # Members need a listing: fsspec reads the links of the server's pages.
    return {path: facts(member[...]) for path, member in sorted(node.members(max_depth=None)) if isinstance(member, zarr.Array)}


def with_xarray(url):
    import xarray

    dataset = xarray.open_zarr(url, chunks=None, mask_and_scale=False)
    return {name: {**facts(variable.values), "dims": list(variable.dims)} for name, variable in sorted(dataset.data_vars.items())}


def with_tensorstore(url):
    import tensorstore

    last = None
    for driver in ("zarr3", "zarr"):
        spec = {"driver": driver, "kvstore": {"driver": "http", "base_url": url}}
        try:
            return facts(tensorstore.open(spec, open=True, read=True).result().read().result())
        except ValueError as error:
            last = error
    raise last


tool, *urls = sys.argv[1:]
read = {"zarr": with_zarr, "xarray": with_xarray, "tensorstore": with_tensorstore}[tool]
print(json.dumps([read(url) for url in urls]))
