"""Writes examples/data/sea-surface.zarr with zarr-python 3: a synthetic monthly sea surface temperature.

    python3 -m venv venv && venv/bin/pip install "zarr==3.4.*" && venv/bin/python scripts/make-example-store.py

The values are made by formula (no measured data), so that the store may be used without a licence.
"""

import pathlib
import shutil

import numpy as np
import zarr
from zarr.codecs import BloscCodec

TARGET = pathlib.Path(__file__).parent.parent / "examples" / "data" / "sea-surface.zarr"

month = np.arange(12)[:, None, None]
lat = np.arange(-87.5, 90, 5)[None, :, None]
lon = np.arange(-177.5, 180, 5)[None, None, :]
season = np.cos((month - 7) / 6 * np.pi) * np.sin(np.radians(lat)) * 4
field = 28 * np.cos(np.radians(lat)) ** 1.5 - 1.8 + season
field = field + 1.5 * np.sin(np.radians(3 * lon + 2 * lat)) * np.cos(np.radians(lat))
land = np.sin(np.radians(lon * 2 - 40)) + np.cos(np.radians(lat * 3)) * 0.6 > 1.05
values = np.where(land, np.nan, np.maximum(field, -1.8)).astype("float32")

shutil.rmtree(TARGET, ignore_errors=True)
root = zarr.create_group(str(TARGET), attributes={"title": "Synthetic sea surface temperature", "Conventions": "CF-1.11"})
sst = root.create_array(
    "sst",
    data=values,
    chunks=(1, 36, 36),
    shards=(6, 36, 72),
    compressors=BloscCodec(cname="zstd", clevel=9, shuffle="bitshuffle", typesize=4),
    fill_value=np.nan,
    dimension_names=("month", "lat", "lon"),
)
sst.attrs.update({"units": "degree_Celsius", "long_name": "sea surface temperature"})
coordinates = {"month": np.arange(1, 13, dtype="uint8"), "lat": lat.ravel().astype("float32"), "lon": lon.ravel().astype("float32")}
for name, data in coordinates.items():
    root.create_array(name, data=data, compressors=None, dimension_names=(name,))
zarr.consolidate_metadata(str(TARGET))
print(f"written with zarr-python {zarr.__version__}, numpy {np.__version__}")
