/**
 * Bounded concurrency for each host.
 *
 * @module
 */
import { throwIfAborted } from "../base/async.ts";

interface Host {
  running: number;
  readonly waiting: Set<() => void>;
}

/** Lets at most `limit` requests run against one origin; others wait in the order they came. */
export class HostLimiter {
  readonly #limit: number;
  readonly #hosts = new Map<string, Host>();

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** Waits for a place and returns what gives it back. An abort leaves the queue. */
  async acquire(origin: string, signal: AbortSignal | undefined): Promise<() => void> {
    throwIfAborted(signal);
    let host = this.#hosts.get(origin);
    if (host === undefined) this.#hosts.set(origin, (host = { running: 0, waiting: new Set() }));
    const place = host;
    if (place.running < this.#limit) place.running++;
    else await this.#queue(place, signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const [next] = place.waiting;
      if (next !== undefined) {
        place.waiting.delete(next);
        next(); // the place goes to the next one, so `running` stays
      } else if (--place.running === 0) this.#hosts.delete(origin);
    };
  }

  #queue(host: Host, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        host.waiting.delete(go);
        reject(signal?.reason);
      };
      host.waiting.add(go);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}
