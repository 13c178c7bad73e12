/**
 * Where a command writes: the process's streams, or a test's.
 *
 * @module
 */

/** Somewhere to write. */
export interface CliStream {
  /** Settles when the data has been handed on; rejects when nobody reads any more. */
  write(data: string | Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  /** Characters on a line, where it is a terminal that tells. */
  readonly columns: number | undefined;
  /** May colours be used? */
  readonly hasColors: boolean;
}

/** All that a command line touches of the process. */
export interface CliIo {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
  readonly signal: AbortSignal;
  /** Version of the package. */
  readonly version: string;
}

/** What is used of a stream of Node's. */
export interface NodeStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(data: string | Uint8Array, done: (error?: Error | null) => void): boolean;
}

/** A stream of Node's. Colours need a terminal, no `NO_COLOR`, and one that is not `dumb`. */
export function nodeStream(stream: NodeStream, env: Readonly<Record<string, string | undefined>>): CliStream {
  const isTerminal = stream.isTTY === true;
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    isTerminal,
    get columns() {
      return isTerminal ? stream.columns : undefined;
    },
    hasColors: isTerminal && !refused,
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

/** Did writing fail because the reader has left, as `head` does? */
export function isBrokenPipe(error: unknown): boolean {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED";
}
