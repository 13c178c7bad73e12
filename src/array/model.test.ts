/** Random arrays and random uses of them, held against a plain array in memory after each step. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createArray, NDArray, openArray } from "../index.ts";
import type { ZarrArray } from "../index.ts";
import { MemoryStore } from "../storage.ts";
import { indicesOf, PlainArray, product } from "./fixtures/plain-array.ts";
import type { RandomArray, RandomSelection } from "./fixtures/random-array.ts";
import { Draw, drawArray, drawSelection } from "./fixtures/random-array.ts";
import { runs } from "../../test/effort.ts";

const RUNS = runs(300);
const STEPS = 12;

test(`${RUNS} arrays through ${STEPS} steps each agree with a plain array`, { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (next) => {
      const draw = new Draw(next);
      const random = drawArray(draw);
      const subject = await Subject.create(random);
      try {
        for (let step = 0; step < STEPS; step++) await subject.step(draw);
        await subject.checkStored();
      } catch (error) {
        throw new Error(`${shown(random.options)}\n${subject.trace.join("\n")}\n${String(error)}`, {
          cause: error,
        });
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

/** An array and its model. */
class Subject {
  readonly trace: string[] = [];
  readonly #random: RandomArray;
  readonly #files: Map<string, Uint8Array>;
  readonly #model: PlainArray<unknown>;
  #z: ZarrArray;

  private constructor(random: RandomArray, files: Map<string, Uint8Array>, z: ZarrArray) {
    this.#random = random;
    this.#files = files;
    this.#z = z;
    this.#model = new PlainArray(z.shape, random.fill);
  }

  static async create(random: RandomArray): Promise<Subject> {
    const files = new Map<string, Uint8Array>();
    return new Subject(random, files, await createArray(new MemoryStore(files), random.options));
  }

  async step(draw: Draw): Promise<void> {
    switch (draw.oneOf(["set", "set", "set", "get", "get", "resize", "append", "reopen"] as const)) {
      case "set":
        return await this.#set(draw);
      case "get":
        return await this.#get(draw);
      case "resize": {
        const shape = this.#model.shape.map((length) => (draw.chance(2) ? length : draw.int(0, 7)));
        this.trace.push(`resize ${shown(shape)}`);
        await this.#z.resize(shape);
        this.#model.resize(shape);
        break;
      }
      case "append":
        return await this.#append(draw);
      case "reopen": {
        this.trace.push("reopen");
        const { config } = this.#random.options;
        this.#z = await openArray(new MemoryStore(this.#files), { config });
        break;
      }
    }
    await this.#compare();
  }

  async #set(draw: Draw): Promise<void> {
    const drawn = drawSelection(draw, this.#model, this.#random.block);
    const { picked } = drawn;
    const { elements } = this.#random;
    // Where positions repeat, the last value wins.
    const single = draw.chance(3);
    const values = single ? [draw.oneOf(elements)] : picked.at.map(() => draw.oneOf(elements));
    const value = single ? values[0] : this.#block(values, picked.shape);
    this.trace.push(`set ${drawn.kind} ${shown(drawn.selection)} to ${shown(values)}`);
    await this.#setBy(drawn, value);
    this.#model.set(picked, values);
    await this.#compare();
  }

  async #get(draw: Draw): Promise<void> {
    const drawn = drawSelection(draw, this.#model, this.#random.block);
    this.trace.push(`get ${drawn.kind} ${shown(drawn.selection)}`);
    const result = await this.#getBy(drawn);
    if (drawn.scalar !== undefined) expect(result instanceof NDArray, "is an array").toBe(!drawn.scalar);
    expect(result instanceof NDArray ? result.shape : []).toEqual(drawn.picked.shape);
    expect(elementsOf(result)).toEqual(this.#model.get(drawn.picked).map(canonical));
  }

  async #append(draw: Draw): Promise<void> {
    const { shape } = this.#model;
    if (shape.length === 0) return;
    const axis = draw.int(0, shape.length - 1);
    const added = shape.map((length, other) => (other === axis ? draw.int(0, 3) : length));
    const grown = shape.map((length, other) => length + (other === axis ? added[axis]! : 0));
    if (product(grown) > 5000) return;
    const values = Array.from({ length: product(added) }, () => draw.oneOf(this.#random.elements));
    this.trace.push(`append ${shown(values)} of shape ${shown(added)} along ${axis}`);
    expect(
      await this.#z.append(this.#block(values, added), { axis: axis - (draw.chance(2) ? shape.length : 0) }),
    ).toEqual(grown);
    this.#model.resize(grown);
    const end = [...indicesOf(added)].map((index) =>
      index.map((at, other) => at + (other === axis ? shape[axis]! : 0)),
    );
    this.#model.set(this.#model.points(end, added), values.length === 0 ? [undefined] : values);
    await this.#compare();
  }

  /** Everything, and the shape. */
  async #compare(): Promise<void> {
    expect(this.#z.shape).toEqual(this.#model.shape);
    const all = await this.#z.get("...");
    expect(all.shape).toEqual(this.#model.shape);
    expect(elementsOf(all)).toEqual(this.#model.values.map(canonical));
  }

  /** A chunk is stored only where some element is not the fill value. */
  async checkStored(): Promise<void> {
    if (!this.#random.leavesOut) return;
    const { block, fill } = this.#random;
    const { shape } = this.#model;
    const grid = shape.map((length, axis) => Math.ceil(length / block[axis]!));
    let expected = 0;
    for (const cell of indicesOf(grid)) {
      const picks = cell.map((at, axis) => ({
        positions: Array.from({ length: block[axis]! }, (_, i) => at * block[axis]! + i).filter(
          (i) => i < shape[axis]!,
        ),
        kept: true,
      }));
      const values = this.#model.get(this.#model.orthogonal(picks));
      if (values.some((value) => canonical(value) !== canonical(fill))) expected++;
    }
    const chunks = [...this.#files.keys()].filter((key) => !/(^|\/)(zarr\.json|\.z(array|attrs))$/.test(key));
    expect(chunks.length, "chunks that are stored").toBe(expected);
  }

  #block(values: readonly unknown[], shape: readonly number[]): NDArray {
    const { dataType } = this.#z;
    const itemSize = dataType.itemSize;
    if (itemSize === 0) return new NDArray(dataType, { data: values as string[], shape });
    const bytes = new Uint8Array(values.length * itemSize);
    for (const [i, value] of values.entries()) dataType.writeScalar(value, bytes, i * itemSize);
    return NDArray.fromBlock(dataType, { data: bytes, shape, stride: strideOf(shape), offset: 0, itemSize });
  }

  async #getBy({ kind, selection }: RandomSelection): Promise<unknown> {
    const z = this.#z;
    if (kind === "get") return await z.get(selection);
    if (kind === "mask") return await z.vindex.get(selection);
    if (kind === "blocks") return await z.getBlockSelection(selection as null); // made of integers and slices
    return await z[kind].get(selection);
  }

  async #setBy({ kind, selection }: RandomSelection, value: unknown): Promise<void> {
    const z = this.#z;
    if (kind === "get") await z.set(selection, value);
    else if (kind === "mask") await z.setMaskSelection(selection as boolean[], value); // the mask as it was drawn
    else if (kind === "blocks") await z.blocks.set(selection as null, value); // made of integers and slices
    else await z[kind].set(selection, value);
  }
}

function strideOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => product(shape.slice(axis + 1)));
}

/** Elements in C order, so that -0 and NaN can be told. */
function elementsOf(result: unknown): unknown[] {
  const nested: unknown = result instanceof NDArray ? result.toNestedArray() : result;
  return [nested].flat(Infinity).map(canonical);
}

function canonical(element: unknown): unknown {
  if (typeof element === "number") return Object.is(element, -0) ? "-0" : String(element);
  if (typeof element === "object" && element !== null && "re" in element && "im" in element)
    return `${String(canonical(element.re))} ${String(canonical(element.im))}i`;
  return element;
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    if (typeof part === "symbol") return "newAxis";
    if (ArrayBuffer.isView(part)) return [...(part as Int32Array)];
    return typeof part === "number" && (Object.is(part, -0) || !Number.isFinite(part))
      ? canonical(part)
      : part;
  });
}
