"""The operations with zarr-python. The environment variable PIPELINE names the codec pipeline, if not the default one."""

import os

import turns
import zarr
from zarr.core.buffer import default_buffer_prototype

nd_buffer = default_buffer_prototype().nd_buffer


def open_array(path, mode="r"):
    return zarr.open_array(path, mode=mode)


def read(spec):
    z = open_array(spec["path"])
    if spec.get("out") is not None:
        memory = turns.touched(spec["shape"])
        out = nd_buffer.from_numpy_array(memory)

        def into():
            z.get_basic_selection(Ellipsis, out=out)
            return memory

        return turns.whole_read(into)
    if spec.get("reopen"):
        return turns.whole_read(lambda: open_array(spec["path"])[...])
    return turns.whole_read(lambda: z[...])


def chunks(spec):
    z = open_array(spec["path"])
    return turns.grid_reads(spec, lambda start: z[turns.box(start, spec["size"])])


def boxes(spec):
    z = open_array(spec["path"])
    if spec.get("reopen"):
        return turns.random_reads(
            spec, lambda start: open_array(spec["path"])[turns.box(start, spec["size"])]
        )
    return turns.random_reads(spec, lambda start: z[turns.box(start, spec["size"])])


def element(spec):
    z = open_array(spec["path"])
    return turns.random_reads(spec, lambda index: z[tuple(index)])


def metadata(spec):
    def run():
        group = zarr.open_group(spec["path"], mode="r", use_consolidated=spec["consolidated"])
        return sum(array.shape[0] for _, array in group.arrays())

    return turns.metadata(run)


def write(spec):
    def set_all(z, data):
        z[...] = data

    return turns.write(spec, "zarr", lambda path: open_array(path, "r+"), set_all)


def configured(operation):
    """Settings first: an array takes its pipeline when it is opened."""

    def prepare(spec):
        settings = {"threading.max_workers": spec["threads"]}
        pipeline = os.environ.get("PIPELINE")
        if pipeline is not None:
            settings["codec_pipeline.path"] = pipeline
        zarr.config.set(settings)
        return operation(spec)

    return prepare


turns.serve(
    {
        "read": configured(read),
        "chunks": configured(chunks),
        "boxes": configured(boxes),
        "element": configured(element),
        "metadata": configured(metadata),
        "write": configured(write),
    }
)
