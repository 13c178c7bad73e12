/**
 * `--json`: facts on stdout.
 *
 * @module
 */
import { stringifyJson } from "../base/json-write.ts";
import type { CliContext } from "./command-context.ts";

/** Prints one JSON document, indented. */
export async function printFacts(context: CliContext, facts: unknown): Promise<void> {
  await context.io.stdout.write(`${stringifyJson(facts, { indent: 2 })}\n`);
}
