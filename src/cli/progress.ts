/**
 * The progress bar on stderr.
 *
 * @module
 */
import type { CliStream } from "./streams.ts";

/** Milliseconds before a bar appears, and between two of its states. */
const FIRST_AFTER = 500;
const EVERY = 100;
const BAR_WIDTH = 30;

/** Chunks done, and in all where that is known. */
export interface ChunkProgress {
  readonly done: number;
  readonly total: number | undefined;
}

/** Shows how much of a work is done, where stderr is a terminal and the work takes longer than half a second. */
export class ProgressBar {
  readonly #stream: CliStream;
  readonly #total: number;
  readonly #name: string;
  readonly #start: number;
  #last: number;
  #shown = false;

  /**
   * @param total - bytes of the whole work.
   * @param name - what is done, where there are several works in a row.
   */
  constructor(stream: CliStream, total: number, name = "") {
    this.#stream = stream;
    this.#total = total;
    this.#name = name;
    this.#start = performance.now();
    this.#last = this.#start + FIRST_AFTER - EVERY;
  }

  /** Shows `done` bytes. Never fails: a bar that cannot be shown is no reason to stop. */
  async update(done: number, chunks?: ChunkProgress): Promise<void> {
    const now = performance.now();
    if (!this.#stream.isTerminal || this.#total === 0 || now - this.#last < EVERY) return;
    this.#last = now;
    this.#shown = true;
    const name = this.#name === "" ? "" : `${this.#name} `;
    const text = `${name}${progressText(done, this.#total, (now - this.#start) / 1000, chunks)}`;
    // A line that wraps could not be taken back.
    const { columns } = this.#stream;
    await this.#write(`\r${columns === undefined ? text : text.slice(0, Math.max(1, columns - 1))}\u001b[K`);
  }

  /** Removes the bar. */
  async end(): Promise<void> {
    if (this.#shown) await this.#write("\r\u001b[K");
    this.#shown = false;
  }

  async #write(text: string): Promise<void> {
    await this.#stream.write(text).catch(() => {});
  }
}

/** `[#######---] 70%  7 of 10 chunks  12.3 of 17.5 MiB  0:03 left` */
export function progressText(done: number, total: number, seconds: number, chunks?: ChunkProgress): string {
  const part = Math.min(1, done / total);
  const filled = Math.round(part * BAR_WIDTH);
  const bar = `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`;
  const left = part === 0 ? "" : `  ${clock((seconds * (1 - part)) / part)} left`;
  const counted =
    chunks === undefined
      ? ""
      : `  ${chunks.done}${chunks.total === undefined ? "" : ` of ${chunks.total}`} chunks`;
  return `${bar} ${Math.floor(part * 100)}%${counted}  ${megabytes(done)} of ${megabytes(total)} MiB${left}`;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
