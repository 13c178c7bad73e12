/** An implementation that takes part: the program that runs its driver, with what its environment has besides. */
export interface Contender {
  readonly key: string;
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What one implementation gave: times in milliseconds, or why there are none. */
export interface Outcome {
  readonly times?: readonly number[];
  readonly memory?: { readonly before: number; readonly first: number; readonly all: number };
  readonly traffic?: { readonly requests: number; readonly bytes: number };
  readonly reason?: string;
}

export function measure(options: {
  readonly contenders: readonly Contender[];
  readonly specOf: (contender: Contender) => unknown;
  readonly limits: {
    readonly rounds: number;
    readonly milliseconds: number;
    readonly most: number;
    readonly total: number;
  };
  readonly verify: (check: unknown, contender: Contender) => void | Promise<void>;
  readonly counter?: { requests: number; bytes: number; reset(): void } | undefined;
}): Promise<Map<string, Outcome>>;
