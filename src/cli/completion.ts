/**
 * `zarrkit completion`.
 *
 * @module
 */
import type { Command } from "@stricli/core";
import { buildCommand } from "@stricli/core";
import type { CliContext } from "./command-context.ts";
import { guarded } from "./command-context.ts";
import { switchFlag } from "./flags.ts";

/** Flags of `completion`. */
export interface CompletionFlags {
  readonly debug?: boolean;
}

/** What follows the name. */
export const completionUsage: string = "bash|zsh|fish";

export const completionCommand: Command<CliContext> = buildCommand<
  CompletionFlags,
  [shell: string],
  CliContext
>({
  loader: async () => guarded((await import("./run-completion.ts")).runCompletion),
  parameters: {
    flags: { debug: switchFlag("Show the stack of a failure") },
    positional: {
      kind: "tuple",
      parameters: [{ parse: shellOf, placeholder: "shell", brief: "bash, zsh or fish" }],
    },
  },
  docs: {
    customUsage: [completionUsage],
    brief: "Print a script that completes commands and flags in a shell",
    fullDescription: [
      "Prints a script for a shell: commands, flags and the values of flags are completed, and where a URL may be a path,",
      "file names. Put it where the shell reads it.",
      "",
      "Examples:",
      '  eval "$(zarrkit completion bash)"                                     # in ~/.bashrc',
      "  zarrkit completion zsh > ~/.zfunc/_zarrkit                            # with fpath+=~/.zfunc",
      "  zarrkit completion fish > ~/.config/fish/completions/zarrkit.fish",
    ].join("\n"),
  },
});

function shellOf(text: string): string {
  if (text === "bash" || text === "zsh" || text === "fish") return text;
  throw new RangeError(`${JSON.stringify(text)} is not bash, zsh or fish`);
}
