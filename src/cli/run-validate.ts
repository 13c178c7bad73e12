/**
 * What `zarrkit validate` does.
 *
 * @module
 */
import { NodeNotFoundError } from "../base/errors.ts";
import type { CliContext } from "./command-context.ts";
import { UnsoundError } from "./command-context.ts";
import { withStorePath } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { painter, safeText } from "./terminal-text.ts";
import type { ValidateFlags } from "./validate.ts";
import type { Deviation } from "./validate/deviation.ts";
import type { Validation } from "./validate/validate-store.ts";
import { validateStore } from "./validate/validate-store.ts";

/** Prints each deviation and a line that counts them. */
export async function runValidate(
  context: CliContext,
  flags: ValidateFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal } = context;
  const { place, validation } = await withStorePath({ url, path, flags, signal }, async (at) => {
    const zarrFormat = flags.zarrFormat === undefined ? undefined : flags.zarrFormat === "2" ? 2 : 3;
    return { place: at, validation: await validateStore(at, { zarrFormat, signal }) };
  });
  const { arrays, groups, deviations } = validation;
  if (arrays + groups + deviations.length === 0) {
    throw new NodeNotFoundError(`No array or group found at ${String(place)}.`, {
      store: String(place.store),
      path: place.path,
    });
  }
  const errors = deviations.filter(({ severity }) => severity === "error").length;
  const warnings = deviations.length - errors;
  const valid = errors === 0 && (flags.strict !== true || warnings === 0);
  if (flags.json === true)
    await printFacts(context, {
      store: String(place.store),
      path: place.path,
      valid,
      arrays,
      groups,
      errors,
      warnings,
      deviations,
    });
  else await context.io.stdout.write(reportText(validation, errors, warnings, context));
  if (!valid) throw new UnsoundError(`${errors} errors, ${warnings} warnings.`);
}

function reportText(
  { arrays, groups, deviations }: Validation,
  errors: number,
  warnings: number,
  { io }: CliContext,
): string {
  const paint = painter(io.stdout);
  const line = ({ severity, key, pointer, rule, message }: Deviation): string =>
    `${paint("bold", safeText(`${key}#${pointer}`))} ${paint(severity === "error" ? "red" : "cyan", severity)} ${rule}: ${safeText(message)}\n`;
  const counted = `${count(arrays, "array")} and ${count(groups, "group")}: ${count(errors, "error")}, ${count(warnings, "warning")}`;
  return `${deviations.map(line).join("")}${counted}\n`;
}

/** `1 array`, `2 arrays`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
