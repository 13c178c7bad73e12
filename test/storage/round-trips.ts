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
  let timer: NodeJS.Timeout | undefined;
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
        waiting.push(resolve);
        // It lasts until nothing more is asked for so long: a busy machine takes its time to ask.
        clearTimeout(timer);
        timer = setTimeout(leave, milliseconds);
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
