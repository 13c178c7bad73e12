// Prints an example: its code, then what it gives.

/** Prints a heading and runs the examples below it. */
export async function section(title, run) {
  console.log(`\n## ${title}\n`);
  await run();
}

/** Prints the code of an example and its result, and returns the result. */
export async function show(code, run) {
  for (const line of code.split("\n")) console.log(`  ${line}`);
  const result = await run();
  const text = typeof result === "string" ? result : String(result);
  for (const line of text.split("\n")) console.log(`→ ${line}`);
  console.log();
  return result;
}
