"""Arrays that zarr-python writes, selections that are drawn, and what NumPy says they give.

    python selections.py --out FOLDER --seed N --cases N

Writes arrays into FOLDER/store.zarr and `{arrays, cases}` into FOLDER/cases.json. An item of a selection is
`{"int": i}`, `{"slice": [start, stop, step]}`, `"..."`, `"newaxis"`, or `{"ints" | "bools": flat, "shape": …}`.
Every expectation goes by positions: the selection is made from the positions of the elements, in NumPy, and for
blocks in zarr-python.
"""

import argparse
import json
import os
import random
import warnings

import numpy as np
import zarr

warnings.simplefilter("ignore")

SELECTIONS_PER_ARRAY = 40
KINDS = ["basic", "basic", "text", "oindex", "oindex", "vindex", "mask", "blocks", "get-points", "get-axes"]


class Drawing:
    """One array and what is drawn from it."""

    def __init__(self, rng, store, number):
        self.rng = rng
        self.path = f"a{number}"
        ndim = rng.choice([0, 1, 1, 2, 2, 2, 3, 3, 4])
        self.shape = tuple(rng.randint(0 if rng.random() < 0.1 else 1, 7) for _ in range(ndim))
        chunks = tuple(rng.randint(1, 4) for _ in self.shape)
        zarr_format = rng.choice([2, 3, 3])
        shards = None
        if zarr_format == 3 and ndim > 0 and rng.random() < 0.4:
            shards = tuple(length * rng.randint(1, 3) for length in chunks)
        dtype = rng.choice(["int32", "int32", "float64", "uint8", "int64"])
        fill = rng.randint(0, 9)
        order = {"order": rng.choice("CF")} if zarr_format == 2 else {}
        if zarr_format == 3 and ndim > 0 and rng.random() < 0.3:
            axes = list(range(ndim))
            rng.shuffle(axes)
            order = {"filters": [zarr.codecs.TransposeCodec(order=axes)]}
        layout = dict(shape=self.shape, chunks=chunks, shards=shards, zarr_format=zarr_format, fill_value=fill, **order)
        array = zarr.create_array(store, name=self.path, dtype=dtype, **layout)
        count = int(np.prod(self.shape))
        values = np.array([rng.randint(0, 250) for _ in range(count)], dtype=dtype).reshape(self.shape)
        if ndim > 0 and rng.random() < 0.3:
            # The last rows stay missing.
            stop = rng.randint(0, self.shape[0])
            array[:stop] = values[:stop]
            values[stop:] = fill
        else:
            array[...] = values
        self.values = values
        self.positions = np.arange(count).reshape(self.shape)
        # The same grid, holding positions: blocks are what zarr-python says.
        self.blocks = zarr.create_array({}, dtype="int64", **layout)
        self.blocks[...] = self.positions
        self.grid = shards or chunks
        order = order.get("order")
        filters = [{"name": "transpose", "configuration": {"order": axes}}] if "filters" in layout else None
        self.description = {
            "path": self.path,
            "dtype": dtype,
            "shape": list(self.shape),
            "chunks": list(chunks),
            "shards": None if shards is None else list(shards),
            "zarrFormat": zarr_format,
            "fillValue": fill,
            "order": order,
            "filters": filters,
            "values": values.ravel().tolist(),
        }

    def integer(self, length):
        return self.rng.randrange(-length, length)

    def slice(self, length, steps=(1, 2, 3, -1, -2, -3, 9, -9), below=2):
        def bound():
            return None if self.rng.random() < 0.3 else self.rng.randint(-length - below, length + 2)

        return slice(bound(), bound(), self.rng.choice([None, *steps]))

    def integers(self, length, shape):
        count = int(np.prod(shape))
        return np.array([self.integer(length) for _ in range(count)], dtype="int64").reshape(shape)

    def booleans(self, shape):
        chance = self.rng.choice([0, 0.2, 0.5, 0.8, 1])
        count = int(np.prod(shape))
        return np.array([self.rng.random() < chance for _ in range(count)], dtype=bool).reshape(shape)

    def basic(self):
        """Integers, slices, an ellipsis, new axes; axes at the end may be left out."""
        items = [
            self.integer(n) if n > 0 and self.rng.random() < 0.35 else self.slice(n)
            for n in self.shape[: self.rng.randint(0, len(self.shape)) if self.rng.random() < 0.3 else None]
        ]
        if self.rng.random() < 0.35:
            first = self.rng.randint(0, len(items))
            last = self.rng.randint(first, len(items))
            # The axes that go stand at the end of what is left: what follows the ellipsis counts from the end.
            tail = [] if last == len(items) else self.tail(len(items) - last)
            items = [*items[:first], Ellipsis, *tail]
        for _ in range(self.rng.choice([0, 0, 0, 1, 2])):
            items.insert(self.rng.randint(0, len(items)), None)
        return tuple(items)

    def tail(self, count):
        return [
            self.integer(n) if n > 0 and self.rng.random() < 0.35 else self.slice(n) for n in self.shape[-count:]
        ]

    def axes(self, integers=True):
        """One item per axis, for oindex."""
        items = []
        for n in self.shape:
            kind = self.rng.choice(["slice", "ints", "ints", "bools", "int" if integers else "slice"])
            if kind == "slice" or n == 0:
                items.append(self.slice(n))
            elif kind == "int":
                items.append(self.integer(n))
            elif kind == "ints":
                ints = self.integers(n, (self.rng.randint(0, 6),))
                items.append(np.sort(ints) if self.rng.random() < 0.3 else ints)
            else:
                items.append(self.booleans((n,)))
        return tuple(items)

    def points(self):
        """Integer arrays that broadcast to one shape, integers among them; one array at least."""
        shape = tuple(self.rng.randint(0 if self.rng.random() < 0.1 else 1, 4) for _ in range(self.rng.randint(1, 3)))
        items = []
        for n in self.shape:
            part = tuple(1 if self.rng.random() < 0.3 else m for m in shape)
            items.append(self.integers(n, part[self.rng.randint(0, len(part) - 1) :]))
        for axis in range(1, len(items)):
            if self.rng.random() < 0.15:
                items[axis] = self.integer(self.shape[axis])
        return tuple(items)

    def block_items(self):
        items = []
        for n, size in zip(self.shape, self.grid):
            blocks = -(-n // size)
            if blocks > 0 and self.rng.random() < 0.5:
                items.append(self.integer(blocks))
            else:
                # A bound below -blocks is not clamped by zarr-python 3.4: blocks[:-3] of 2 blocks gives elements there.
                items.append(self.slice(blocks, steps=(1,), below=0))
        return tuple(items[: self.rng.randint(1, len(items))])

    def draw(self):
        """`(kind, items, positions)`, or None where this array has no such selection."""
        kind = self.rng.choice(KINDS)
        if kind in ("basic", "text"):
            items = self.basic()
            if kind == "text" and len(items) == 0:
                return None
            return kind, items, self.positions[items]
        if len(self.shape) == 0 or (0 in self.shape and kind in ("vindex", "get-points")):
            return None
        if kind == "mask":
            items = (self.booleans(self.shape),)
            return kind, items, self.positions[items]
        if kind in ("vindex", "get-points"):
            items = self.points()
            return kind, items, self.positions[items]
        if kind == "blocks":
            items = self.block_items()
            try:
                return kind, items, np.asarray(self.blocks.blocks[items])
            except (IndexError, ValueError):
                return None
        items = self.axes(integers=kind == "oindex")
        arrays = sum(isinstance(item, np.ndarray) for item in items)
        if kind == "get-axes" and (arrays == 0 or arrays == len(items)):
            return None
        found = self.positions
        # From the last axis on, so that the numbers of those before stay what they are.
        for axis in reversed(range(len(items))):
            found = found[(slice(None),) * axis + (items[axis],)]
        return kind, items, found

    def case(self):
        drawn = None
        while drawn is None:
            drawn = self.draw()
        kind, items, positions = drawn
        shape = list(np.shape(positions))
        flat = np.ravel(positions)
        case = {
            "path": self.path,
            "kind": kind,
            "selection": notation(items) if kind == "text" else [neutral(item) for item in items],
            "shape": shape,
            # What a scalar comes of: an integer for every axis.
            "scalar": not isinstance(positions, np.ndarray),
            "values": self.values.ravel()[flat].tolist(),
        }
        if self.rng.random() < 0.4:
            case["set"] = self.set_case(shape, flat)
        return case

    def set_case(self, shape, flat):
        """A value that broadcasts to the selection, and the whole array after it; of positions that repeat, the last wins."""
        part = [1 if self.rng.random() < 0.2 else n for n in shape]
        part = part[self.rng.randint(0, len(part)) :] if self.rng.random() < 0.3 else part
        value = np.array([self.rng.randint(0, 250) for _ in range(int(np.prod(part)))]).reshape(part)
        after = self.values.ravel().tolist()
        for position, new in zip(flat.tolist(), np.broadcast_to(value, shape).ravel().tolist()):
            after[position] = new
        return {"shape": part, "values": value.ravel().tolist(), "after": after}


def neutral(item):
    if item is None:
        return "newaxis"
    if item is Ellipsis:
        return "..."
    if isinstance(item, slice):
        return {"slice": [item.start, item.stop, item.step]}
    if isinstance(item, int):
        return {"int": item}
    return {"bools" if item.dtype == bool else "ints": item.ravel().tolist(), "shape": list(item.shape)}


def notation(items):
    def text(item):
        if isinstance(item, slice):
            parts = ["" if part is None else str(part) for part in (item.start, item.stop, item.step)]
            return ":".join(parts if parts[2] else parts[:2])
        return "None" if item is None else "..." if item is Ellipsis else str(item)

    return ", ".join(map(text, items))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    arrays, cases = [], []
    while len(cases) < options.cases:
        drawing = Drawing(rng, os.path.join(options.out, "store.zarr"), len(arrays))
        arrays.append(drawing.description)
        count = min(4 if len(drawing.shape) == 0 else SELECTIONS_PER_ARRAY, options.cases - len(cases))
        cases.extend(drawing.case() for _ in range(count))
    with open(os.path.join(options.out, "cases.json"), "w", encoding="utf-8") as file:
        json.dump({"arrays": arrays, "cases": cases}, file)


main()
