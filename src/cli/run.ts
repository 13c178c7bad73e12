/**
 * One run of the command line: arguments in, exit code out.
 *
 * @module
 */
import { ExitCode, proposeCompletions, run } from "@stricli/core";
import { isZarrError } from "../base/errors.ts";
import { application, usageLine } from "./application.ts";
import type { CliContext, Failure } from "./command-context.ts";
import { InterruptedError, UnsoundError, UsageError } from "./command-context.ts";
import type { CliIo, CliStream } from "./streams.ts";
import { isBrokenPipe } from "./streams.ts";
import { painter, safeText } from "./terminal-text.ts";

/** What a process returns that Ctrl-C ended: 128 and the number of the signal. */
const INTERRUPTED = 130;

/**
 * Runs `zarrkit` with these arguments. Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted. A reader of
 * stdout that leaves early (`| head`) is no failure.
 *
 * @param args - without the names of the runtime and of the script.
 */
export async function runZarrkit(args: readonly string[], io: CliIo): Promise<number> {
  const stdout = new ParserStream(io.stdout);
  const stderr = new ParserStream(io.stderr);
  const status: { exitCode?: number | string | null } = {};
  const process = { stdout, stderr, env: {}, ...status };
  const context: CliContext & { process: typeof process } = {
    process,
    io,
    signal: io.signal,
    failure: undefined,
  };
  const strange = strangeFlag(args);
  if (strange !== undefined) {
    return await report(
      { error: new UsageError(`No flag registered for ${strange}`), debug: false },
      args,
      io,
    );
  }
  await run(application(io.version), args, context);
  try {
    await stdout.written();
    await stderr.written();
  } catch (error) {
    if (!isBrokenPipe(error)) throw error;
  }
  if (context.failure !== undefined) return await report(context.failure, args, io);
  const code = context.process.exitCode;
  if (code === ExitCode.Success) return 0;
  if (code !== ExitCode.InvalidArgument && code !== ExitCode.UnknownCommand) return 1;
  await io.stderr.write(`${usageLine(args[0])}\n`);
  return 2;
}

/**
 * Prints how the last word may go on, one way a line: what the scripts of `zarrkit completion` ask.
 *
 * @param args - the words so far; the last one may be unfinished or empty.
 */
export async function runCompletions(args: readonly string[], io: CliIo): Promise<number> {
  const process = { stdout: new ParserStream(io.stdout), stderr: new ParserStream(io.stderr), env: {} };
  const context: CliContext & { process: typeof process } = {
    process,
    io,
    signal: io.signal,
    failure: undefined,
  };
  const found = await proposeCompletions(application(io.version), args, context);
  // Before a word is begun, flags would be in the way of the names of files, which the shell completes.
  const begun = (args.at(-1) ?? "") !== "";
  const words = found.map(({ completion }) => completion).filter((word) => begun || !word.startsWith("-"));
  await io.stdout.write(words.map((word) => `${word}\n`).join(""));
  return 0;
}

/**
 * The parser looks flags up as properties of an object, so that `--constructor` would be one, and takes what does not
 * look like a flag (`--__proto__`) as an argument.
 */
function strangeFlag(args: readonly string[]): string | undefined {
  for (const arg of args) {
    if (arg === "--") return undefined;
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name === undefined) continue;
    const property = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (!/^[a-z]/i.test(name) || property in Object.prototype) return `--${name}`;
  }
  return undefined;
}

/** Says why a command failed, in one line, and gives the exit code. */
async function report({ error, debug }: Failure, args: readonly string[], io: CliIo): Promise<number> {
  if (isBrokenPipe(error)) return 0;
  if (error instanceof InterruptedError) return INTERRUPTED;
  if (error instanceof UnsoundError) return 1;
  const paint = painter(io.stderr);
  const lines = [`${paint("red", "zarrkit:")} ${safeText(failureText(error))}`];
  if (error instanceof UsageError) lines.push(usageLine(args[0]));
  if (debug) lines.push(...stacks(error));
  await io.stderr.write(`${lines.join("\n")}\n`);
  return error instanceof UsageError ? 2 : 1;
}

/** `ArrayNotFoundError: There is no array…`; of a misuse, the message alone. */
function failureText(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (isZarrError(error)) return `${error.name}: ${error.message} (${error.code})`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The stack of an error and of what caused it. */
function stacks(error: unknown): string[] {
  const found: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 10; depth++) {
    const text = at.stack ?? String(at);
    found.push(...`${depth === 0 ? "" : "Caused by: "}${text}`.split("\n").map(safeText));
    at = at.cause;
  }
  return found;
}

/** What the argument parser writes help and misuse to: it does not wait, so this does. */
class ParserStream {
  readonly #stream: CliStream;
  #last: Promise<void> = Promise.resolve();

  constructor(stream: CliStream) {
    this.#stream = stream;
  }

  write(text: string): void {
    this.#last = this.#last.then(() => this.#stream.write(text));
    this.#last.catch(() => {}); // `written` reports it
  }

  getColorDepth(): number {
    return this.#stream.hasColors ? 8 : 1;
  }

  /** Settles when all has been written. */
  async written(): Promise<void> {
    await this.#last;
  }
}
