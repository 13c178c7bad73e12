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

/** Shows how much of a work is done, where stderr is a terminal and the work takes longer than half a second. */
export class ProgressBar {
  readonly #stream: CliStream;
  readonly #total: number;
  readonly #start: number;
  #last: number;
  #shown = false;

  /** @param total - bytes of the whole work. */
  constructor(stream: CliStream, total: number) {
    this.#stream = stream;
    this.#total = total;
    this.#start = performance.now();
    this.#last = this.#start + FIRST_AFTER - EVERY;
  }

  /** Shows `done` bytes. Never fails: a bar that cannot be shown is no reason to stop. */
  async update(done: number): Promise<void> {
    const now = performance.now();
    if (!this.#stream.isTerminal || this.#total === 0 || now - this.#last < EVERY) return;
    this.#last = now;
    this.#shown = true;
    await this.#write(`\r${progressText(done, this.#total, (now - this.#start) / 1000)}\u001b[K`);
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

/** `[#######---] 70%  12.3 of 17.5 MiB  0:03 left` */
export function progressText(done: number, total: number, seconds: number): string {
  const part = Math.min(1, done / total);
  const filled = Math.round(part * BAR_WIDTH);
  const bar = `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`;
  const left = part === 0 ? "" : `  ${clock((seconds * (1 - part)) / part)} left`;
  return `${bar} ${Math.floor(part * 100)}%  ${megabytes(done)} of ${megabytes(total)} MiB${left}`;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
