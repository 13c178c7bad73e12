"""The operations with tensorstore."""

import json
import os
from pathlib import Path

import tensorstore as ts
import turns

contexts = {}


def context(spec):
    """One for the process. Files are not synced, which no other implementation does."""
    threads = spec["threads"]
    if threads not in contexts:
        contexts[threads] = ts.Context(
            {"data_copy_concurrency": {"limit": threads}, "file_io_sync": False}
        )
    return contexts[threads]


def open_array(spec, path):
    if path.startswith("http:"):
        kvstore = {"driver": "http", "base_url": path}
    else:
        kvstore = {"driver": "file", "path": path}
    return ts.open({"driver": "zarr3", "kvstore": kvstore}, context=context(spec)).result()


def read(spec):
    array = open_array(spec, spec["path"])
    if spec.get("out") is not None:
        memory = turns.touched(spec["shape"])
        out = ts.array(memory)

        def into():
            out.write(array).result()
            return memory

        return turns.whole_read(into)
    if spec.get("reopen"):
        return turns.whole_read(lambda: open_array(spec, spec["path"]).read().result())
    return turns.whole_read(lambda: array.read().result())


def chunks(spec):
    array = open_array(spec, spec["path"])
    return turns.grid_reads(spec, lambda start: array[turns.box(start, spec["size"])].read().result())


def boxes(spec):
    array = open_array(spec, spec["path"])

    def one(start):
        from_ = open_array(spec, spec["path"]) if spec.get("reopen") else array
        return from_[turns.box(start, spec["size"])].read().result()

    return turns.random_reads(spec, one)


def element(spec):
    array = open_array(spec, spec["path"])
    return turns.random_reads(spec, lambda index: array[tuple(index)].read().result())


def metadata(spec):
    """tensorstore knows no groups: names come from the directory, consolidated documents from the group's."""
    root = Path(spec["path"])

    def one(name, document=None):
        wanted = {"driver": "zarr3", "kvstore": {"driver": "file", "path": str(root / name)}}
        if document is None:
            return ts.open(wanted, context=context(spec))
        return ts.open(wanted | {"metadata": document}, open=True, assume_metadata=True, context=context(spec))

    def run():
        if spec["consolidated"]:
            documents = json.loads((root / "zarr.json").read_bytes())["consolidated_metadata"]["metadata"]
            opened = [one(name, document) for name, document in documents.items()]
        else:
            opened = [one(name) for name in os.listdir(root) if name != "zarr.json"]
        return sum(future.result().shape[0] for future in opened)

    return turns.metadata(run)


def write(spec):
    def set_all(array, data):
        array.write(data).result()

    return turns.write(spec, "tensorstore", lambda path: open_array(spec, path), set_all)


turns.serve(
    {
        "read": read,
        "chunks": chunks,
        "boxes": boxes,
        "element": element,
        "metadata": metadata,
        "write": write,
    }
)
