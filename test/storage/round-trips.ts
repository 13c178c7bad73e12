/** A transport that answers in rounds: what is asked while a round trip lasts is answered together, when it ends. */
import { fetchTransport } from "../../src/fs/transport.ts";
import type { Transport } from "../../src/fs/transport.ts";

export interface RoundTrips {
  readonly transport: Transport;
  /** Round trips so far. */
  readonly count: number;
  /** The most requests in one of them. */
  readonly widest: number;
}

/** Round trips of so many milliseconds, which are counted: the figure does not depend on how fast the machine is. */
export function roundTrips(milliseconds: number): RoundTrips {
  let count = 0;
  let widest = 0;
  let waiting: (() => void)[] = [];
  const leave = (): void => {
    const all = waiting;
    waiting = [];
    count++;
    widest = Math.max(widest, all.length);
    for (const go of all) go();
  };
  return {
    transport: async (request) => {
      await new Promise<void>((resolve) => {
        if (waiting.push(resolve) === 1) setTimeout(leave, milliseconds);
      });
      return fetchTransport(request);
    },
    get count() {
      return count;
    },
    get widest() {
      return widest;
    },
  };
}
