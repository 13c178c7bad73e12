/**
 * What a command runs in: its streams, its signal, and where failures go.
 *
 * @module
 */
import type { CommandContext } from "@stricli/core";
import type { CliIo } from "./streams.ts";

/** A failure of a command, kept for the one place that reports it. */
export interface Failure {
  readonly error: unknown;
  /** Show the stack, too. */
  readonly debug: boolean;
}

/** The `this` of every command. */
export interface CliContext extends CommandContext {
  readonly io: CliIo;
  /** Aborts on Ctrl-C, and when the reader of stdout leaves. */
  readonly signal: AbortSignal;
  failure: Failure | undefined;
}

/** What the user asked for cannot be meant: exit code 2, with the usage line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was examined is not sound: exit code 1. The command has said on stdout what is wrong. */
export class UnsoundError extends Error {
  override readonly name = "UnsoundError";
}

/** Why a command ends when Ctrl-C is pressed. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  constructor() {
    super("Interrupted.");
  }
}

/** A command's work: flags, then positional arguments. */
export type CommandWork<F, A extends readonly unknown[]> = (
  context: CliContext,
  flags: F,
  ...args: A
) => Promise<void>;

/** The loaded form of a command's work: it never throws, but leaves its failure in the context. */
export function guarded<F extends { readonly debug?: boolean }, A extends readonly unknown[]>(
  work: CommandWork<F, A>,
): (this: CliContext, flags: F, ...args: A) => Promise<void> {
  return async function (this: CliContext, flags: F, ...args: A): Promise<void> {
    try {
      await work(this, flags, ...args);
    } catch (error) {
      this.failure = { error, debug: flags.debug === true };
    }
  };
}
