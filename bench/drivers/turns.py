"""What a measured process in Python does: as turns.mjs, which says what the messages are."""

import itertools
import json
import os
import resource
import shutil
import sys
import time
import zlib
from pathlib import Path

import numpy as np

CHECKED = 32
CHECK_SEED = 7


class Operation:
    """What is timed (`run`), what comes before each repetition (`between`), and what the last result is known by."""

    def __init__(self, run, check, between=None):
        self.run = run
        self.check = check
        self.between = between


def serve(operations):
    """Serves turns until the input ends. Arguments of the process: the specification of the operation as JSON."""
    try:
        spec = json.loads(sys.argv[1])
        operation = operations[spec["operation"]](spec)
        reply(ready=True)
        result = None

        def repetition():
            nonlocal result
            result = None
            if operation.between is not None:
                operation.between()
            start = time.perf_counter()
            result = operation.run()
            return (time.perf_counter() - start) * 1000

        for line in sys.stdin:
            turn = json.loads(line)
            if turn["kind"] == "warm":
                before = status_bytes("VmRSS") or 0
                reset_peak()
                ms = repetition()
                reply(ms=ms, before=before, peak=peak())
            elif turn["kind"] == "measure":
                times = []
                end = time.perf_counter() + turn["milliseconds"] / 1000
                while not times or (time.perf_counter() < end and len(times) < turn["most"]):
                    times.append(repetition())
                reply(ms=times, peak=peak())
            else:
                reply(check=operation.check(result))
    except Exception as error:
        reply(error=f"{type(error).__name__}: {error}".split("\n")[0])
        sys.exit(1)


def random_reads(spec, read):
    """Random boxes of `size`; `read(start)` gives the elements of one."""
    draw = drawing(1)

    def next_box():
        return draw_box(draw, spec["shape"], spec["size"])

    def check(_):
        nonlocal draw
        draw = drawing(CHECK_SEED)
        total = 0
        for box in range(CHECKED):
            total += (box + 1) * sum_of(read(next_box()))
        return total % 2**32

    return Operation(lambda: read(next_box()), check)


def grid_reads(spec, read):
    """Box after box of a grid, in C order; `read(start)` gives the elements of one."""
    axes = [range(0, length, step) for length, step in zip(spec["shape"], spec["size"])]

    def run():
        return sum(int(read(start).flat[0]) for start in itertools.product(*axes))

    def check(_):
        total = 0
        for box, start in enumerate(itertools.product(*axes)):
            total += (box + 1) * sum_of(read(start))
        return total % 2**32

    return Operation(run, check)


def whole_read(run):
    """An operation that gives an array."""
    return Operation(run, checksum)


def metadata(run):
    """An operation that gives the sum of the first lengths of the shapes."""
    return Operation(run, lambda total: total)


def write(spec, name, open_array, set_all):
    """Writes everything to an empty copy of an array."""
    data = np.fromfile(spec["input"], dtype="<u2").reshape(spec["shape"])
    target = Path(f"{spec['path']}-{name}-{os.getpid()}")
    opened = None

    def between():
        nonlocal opened
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        shutil.copy(Path(spec["path"]) / "zarr.json", target)
        opened = open_array(str(target))

    return Operation(lambda: set_all(opened, data), lambda _: {"written": str(target)}, between)


def box(start, size):
    """The selection of a box."""
    return tuple(slice(at, at + length) for at, length in zip(start, size))


def touched(shape):
    """Memory for a result that has been used before."""
    return np.ones(shape, dtype="<u2")


def checksum(array):
    return zlib.crc32(np.ascontiguousarray(array))


def sum_of(array):
    return int(np.asarray(array).astype(np.uint64).sum())


def drawing(seed):
    state = seed

    def draw(limit):
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return state * limit // 2**32

    return draw


def draw_box(draw, shape, size):
    return [draw(length // step) * step for length, step in zip(shape, size)]


def reply(**message):
    print(json.dumps(message), flush=True)


def peak():
    found = status_bytes("VmHWM")
    return found if found is not None else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def reset_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass  # not Linux, or not allowed: the peak counts from the start of the process


def status_bytes(name):
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
