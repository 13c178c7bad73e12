/**
 * What `zarrkit completion` does. The scripts ask the command itself, with `ZARRKIT_COMPLETE=1` and the words so far.
 *
 * @module
 */
import type { CliContext } from "./command-context.ts";
import type { CompletionFlags } from "./completion.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_zarrkit() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(ZARRKIT_COMPLETE=1 zarrkit "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _zarrkit zarrkit
`,
  zsh: `#compdef zarrkit
_zarrkit() {
  local -a found
  found=("\${(@f)$(ZARRKIT_COMPLETE=1 zarrkit "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  if (( $#found )); then compadd -a found; else _files; fi
}
if [ "$funcstack[1]" = "_zarrkit" ]; then _zarrkit "$@"; else compdef _zarrkit zarrkit; fi
`,
  fish: `complete -c zarrkit -a '(env ZARRKIT_COMPLETE=1 zarrkit (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

/** Prints the script. */
export async function runCompletion(
  { io }: CliContext,
  _flags: CompletionFlags,
  shell: string,
): Promise<void> {
  await io.stdout.write(SCRIPTS[shell] ?? ""); // the parser of the argument knows the same names
}
