"""As read-zarrkit.mjs, with zarr-python or tensorstore. Arguments: the implementation, the store."""

import json
import resource
import sys
import time

which, store = sys.argv[1:]
if which == "tensorstore":
    import tensorstore

    array = tensorstore.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": store}}).result()
    array[0, 0, 0].read().result()
    start = time.perf_counter()
    data = array.read().result()
else:
    import zarr

    array = zarr.open_array(store, mode="r")
    array[0, 0, 0]
    start = time.perf_counter()
    data = array[...]
ms = (time.perf_counter() - start) * 1000
check = int(data.flat[0]) + int(data.flat[-1]) + data.size
print(json.dumps({"ms": ms, "check": check, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
