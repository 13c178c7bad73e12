/**
 * Option bags: a name that does not exist is an error, not something that is silently ignored.
 *
 * @module
 */

/** The names of an option bag, from a record that the compiler keeps complete. */
export function optionNames(names: Readonly<Record<string, 0>>): ReadonlySet<string> {
  return new Set(Object.keys(names));
}

/**
 * Checks the names of options; those without a value do not count.
 *
 * @throws TypeError that names the unknown options, the one that may be meant (`fill_value` for `fillValue`), and those that exist.
 */
export function checkOptionNames(given: object, known: ReadonlySet<string>, what: string): void {
  let unknown: string[] | undefined;
  for (const name of Object.keys(given)) {
    if (!known.has(name) && Reflect.get(given, name) !== undefined) (unknown ??= []).push(name);
  }
  if (unknown === undefined) return;
  const spelled = unknown.map((name) => {
    const meant = camelCase(name);
    return known.has(meant) ? `${JSON.stringify(name)} (is ${meant} meant?)` : JSON.stringify(name);
  });
  throw new TypeError(
    `${what} has no option ${spelled.join(", ")}; its options are ${[...known].sort().join(", ")}.`,
  );
}

function camelCase(name: string): string {
  return name.replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
