/**
 * The memory that the calling thread shares with its workers: control words, a ring of tiles through which results pass, and
 * room for the kernels of each worker. It is one WebAssembly memory, so that kernels write into the ring themselves.
 * Pages that nobody touches cost nothing.
 *
 * @module
 */

const PAGE = 65536;
/** Below this lie the kernels' own tables. */
const KERNEL_TABLES = 2 ** 20;
/** Bytes of the ring. What nobody touches of it costs nothing: reads use half of it at most, writes all. */
export const RING_BYTES: number = 64 * 2 ** 20;
/** Room of one worker's kernels. */
const ARENA_BYTES = 160 * 2 ** 20;
/** Tiles that the ring holds at most. */
export const MAX_SLOTS = 64;
/** Units of work in a tile at most. */
export const MAX_UNITS = 2048;
/** Threads that a memory of 4 GiB has room for. */
export const MAX_THREADS = 16;

/** Words of the control block. */
const NEXT = 0;
const STOP = 1;
/** Tiles that are done, tiles that the calling thread has taken, and workers that do not rest. */
const DONE = 2;
const TAKEN = 3;
const AWAKE = 4;
const TURNS = 16;
const PENDING = TURNS + MAX_SLOTS;
const CONTROL_WORDS = PENDING + MAX_SLOTS;
const CONTROL_BYTES = CONTROL_WORDS * 4;
const FLAGS_BYTES = MAX_SLOTS * MAX_UNITS;
/** Chunks whose states are remembered for a job. */
export const MAX_VERSIONS = 65_536;
const VERSIONS = Math.ceil((KERNEL_TABLES + CONTROL_BYTES + FLAGS_BYTES) / 8) * 8;

/** How a unit of work ended. */
export const UNIT_FAILED = 2;

/** Bytes of one memory for so many threads. */
export function sharedMemoryOf(threads: number): WebAssembly.Memory {
  const bytes = ringStart() + RING_BYTES + threads * ARENA_BYTES;
  const pages = Math.ceil(bytes / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** Where the kernels of a thread may work, in bytes. */
export function arenaOf(thread: number): { readonly base: number; readonly limit: number } {
  const base = ringStart() + RING_BYTES + thread * ARENA_BYTES;
  return { base, limit: base + ARENA_BYTES };
}

function ringStart(): number {
  return Math.ceil((VERSIONS + MAX_VERSIONS * 8) / PAGE) * PAGE;
}

/**
 * One side's view of a shared memory. Tile `t` passes through slot `t mod slots`, in its turn: tile `t + slots` waits until the
 * calling thread has taken tile `t` out.
 */
export class Ring {
  readonly #words: Int32Array;
  readonly #flags: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #slots: number;
  readonly #slotBytes: number;
  readonly #own: readonly SharedArrayBuffer[];
  readonly #versions: BigInt64Array;

  /** `own`: memory for the slots, where they are not in the ring. */
  constructor(
    memory: WebAssembly.Memory,
    slots: number,
    slotBytes: number,
    own: readonly SharedArrayBuffer[] = [],
  ) {
    this.#own = own;
    const { buffer } = memory;
    this.#words = new Int32Array(buffer, KERNEL_TABLES, CONTROL_WORDS);
    this.#flags = new Uint8Array(buffer, KERNEL_TABLES + CONTROL_BYTES, FLAGS_BYTES);
    this.#bytes = new Uint8Array(buffer);
    this.#versions = new BigInt64Array(buffer, VERSIONS, MAX_VERSIONS);
    this.#slots = slots;
    this.#slotBytes = slotBytes;
  }

  /** Waits until a tile has been filled; false when the job has been stopped. Blocks: workers only. */
  waitForFilled(tile: number): boolean {
    return this.#waitForTurn(tile % this.#slots, Math.floor(tile / this.#slots) + 1);
  }

  /** A tile has been filled, and consists of so many units. */
  publish(tile: number, units: number): void {
    this.release(tile, units);
  }

  /**
   * Makes ready for another job of `threads` workers; `units` says how many units a tile has, `chunks` how many chunks
   * are read by several threads.
   */
  reset(threads: number, tiles: number, units: (tile: number) => number, chunks = 0): void {
    this.#words.fill(0);
    this.#words[AWAKE] = threads;
    this.#versions.fill(0n, 0, chunks);
    for (let tile = 0; tile < Math.min(tiles, this.#slots); tile++) this.#words[PENDING + tile] = units(tile);
    this.#flags.fill(0);
  }

  /** The next number nobody has taken. */
  take(): number {
    return Atomics.add(this.#words, NEXT, 1);
  }

  /** Is a chunk in this state (not 0) for whoever reads it? False when another thread has found it in another one. */
  agree(chunk: number, version: bigint): boolean {
    const found = Atomics.compareExchange(this.#versions, chunk, 0n, version);
    return found === 0n || found === version;
  }

  /** Bytes of a tile's slot. */
  tile(tile: number): Uint8Array {
    const own = this.#own[tile % this.#slots];
    if (own !== undefined) return new Uint8Array(own);
    const start = ringStart() + (tile % this.#slots) * this.#slotBytes;
    return this.#bytes.subarray(start, start + this.#slotBytes);
  }

  /**
   * Waits while the calling thread has `enough` tiles to take, unless no other worker is awake: whoever works ahead only
   * takes a processor from it. Blocks: workers only.
   */
  rest(enough: number): void {
    const words = this.#words;
    let isAsleep = false;
    for (;;) {
      const taken = Atomics.load(words, TAKEN);
      if (this.isStopped || Atomics.load(words, DONE) - taken < enough) break;
      if (!isAsleep) {
        const awake = Atomics.load(words, AWAKE);
        if (awake <= 1) break;
        if (Atomics.compareExchange(words, AWAKE, awake, awake - 1) !== awake) continue;
        isAsleep = true;
      }
      Atomics.wait(words, TAKEN, taken, 1000);
    }
    if (isAsleep) Atomics.add(words, AWAKE, 1);
  }

  /** Waits for the turn of a tile; false when the job has been stopped. Blocks: workers only. */
  waitFor(tile: number): boolean {
    return this.#waitForTurn(tile % this.#slots, Math.floor(tile / this.#slots));
  }

  #waitForTurn(slot: number, turn: number): boolean {
    const word = TURNS + slot;
    for (;;) {
      if (this.isStopped) return false;
      const now = Atomics.load(this.#words, word);
      if (now === turn) return true;
      Atomics.wait(this.#words, word, now, 1000);
    }
  }

  /** Notes the end of a unit; true when it was the last of its tile. */
  finish(tile: number, unit: number, hasFailed: boolean): boolean {
    const slot = tile % this.#slots;
    if (hasFailed) Atomics.store(this.#flags, slot * MAX_UNITS + unit, UNIT_FAILED);
    if (Atomics.sub(this.#words, PENDING + slot, 1) !== 1) return false;
    Atomics.add(this.#words, DONE, 1);
    return true;
  }

  /** Has a unit of a finished tile failed? */
  hasFailed(tile: number, unit: number): boolean {
    return Atomics.load(this.#flags, (tile % this.#slots) * MAX_UNITS + unit) === UNIT_FAILED;
  }

  /** Gives the slot of a tile to the one after it, which has so many units. */
  release(tile: number, units: number): void {
    const slot = tile % this.#slots;
    this.#flags.fill(0, slot * MAX_UNITS, (slot + 1) * MAX_UNITS);
    Atomics.store(this.#words, PENDING + slot, units);
    Atomics.add(this.#words, TURNS + slot, 1);
    Atomics.notify(this.#words, TURNS + slot);
    Atomics.add(this.#words, TAKEN, 1);
    Atomics.notify(this.#words, TAKEN);
  }

  /** Tells workers to leave the job. What they wait for changes, so that none goes to sleep that has not seen it yet. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    for (let slot = 0; slot < this.#slots; slot++) {
      Atomics.add(this.#words, TURNS + slot, 1);
      Atomics.notify(this.#words, TURNS + slot);
    }
    Atomics.add(this.#words, TAKEN, 1);
    Atomics.notify(this.#words, TAKEN);
  }

  get isStopped(): boolean {
    return Atomics.load(this.#words, STOP) === 1;
  }
}
