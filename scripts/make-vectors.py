"""Writes stores with one of the other implementations of Zarr, and a list of what a reader must see in them.

    python make-vectors.py --writer zp3|zarrs|zp2|tensorstore --out FOLDER [--seed N] [--random COUNT]

Seed 0 gives the data that test/vectors keeps. `--random COUNT` writes that many arrays whose type, shape,
chunks and codecs are drawn, in place of the fixed catalogue. scripts/make-vectors.mjs runs this for every writer.
"""

import argparse
import importlib.metadata
import os
import platform
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors"))

from recorder import Recorder  # noqa: E402  (the path is set above)

PACKAGES = {
    "zp2": ["zarr", "numcodecs", "numpy"],
    "zp3": ["zarr", "numcodecs", "numpy"],
    "zarrs": ["zarrs", "zarr", "numpy"],
    "tensorstore": ["tensorstore", "numpy"],
}

parser = argparse.ArgumentParser()
parser.add_argument("--writer", required=True, choices=PACKAGES)
parser.add_argument("--out", required=True)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--random", type=int, default=0)
options = parser.parse_args()

versions = {"python": platform.python_version()}
versions.update({name: importlib.metadata.version(name) for name in PACKAGES[options.writer]})
recorder = Recorder(options.out, options.writer, options.seed, versions)
if options.writer == "zarrs":
    import zp3

    zp3.write_with_zarrs(recorder) if options.random == 0 else zp3.write_random_with_zarrs(recorder, options.random)
else:
    module = __import__({"zp2": "zp2", "zp3": "zp3", "tensorstore": "ts"}[options.writer])
    module.write(recorder) if options.random == 0 else module.write_random(recorder, options.random)
recorder.close()
print(f"{options.writer}: {len(recorder.entries)} arrays")
