// docs/commands has a page for each command, made of its help; this test makes them and holds them to it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/application.ts";
import { recordedIo } from "../../src/cli/fixtures/recorded-io.ts";
import { runZarrkit } from "../../src/cli/run.ts";

const docs = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs");
const MADE =
  "<!-- Made of the help by test/docs/commands.test.ts: `npx vitest run test/docs/commands.test.ts -u` makes it anew. -->";

async function helpOf(...command: string[]): Promise<string> {
  const io = recordedIo();
  expect(await runZarrkit([...command, "--help"], io)).toBe(0);
  return io.stdout.text().trimEnd();
}

/** The help as Markdown: usage, what it does, examples, flags and arguments. */
function pageOf(command: string, brief: string, help: string): string {
  const [top = "", ...parts] = help.split(/\n\n(?=FLAGS\n|ARGUMENTS\n|COMMANDS\n)/);
  const [usageText = "", ...about] = top.split("\n\n");
  const usage = usageText
    .split("\n")
    .filter((line) => line.startsWith("  zarrkit") && !line.endsWith("--help"))
    .map((line) => line.trim());
  const at = about.findIndex((paragraph) => paragraph.startsWith("Examples:\n"));
  const text = about.slice(0, at).map((paragraph) => paragraph.replaceAll("<", "\\<"));
  const examples = (about[at] ?? "")
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/^ {2}/, ""));
  const section = (name: string): string[] =>
    parts.flatMap((part) => (part.startsWith(`${name}\n`) ? [part.slice(name.length + 1)] : []));
  const fence = (language: string, lines: readonly string[]): string[] => [
    `\`\`\`${language}`,
    ...lines,
    "```",
    "",
  ];
  return [
    ...[`# zarrkit ${command}`, "", MADE, "", `${brief}.`, ""],
    ...fence("text", usage),
    ...text.flatMap((paragraph) => [paragraph, ""]),
    ...["## Examples", ""],
    ...fence("sh", examples),
    ...["## Arguments", ""],
    ...fence("text", section("ARGUMENTS")),
    ...["## Flags", ""],
    ...fence("text", section("FLAGS")),
  ]
    .join("\n")
    .replace(/## Arguments\n\n```text\n```\n\n/, "");
}

async function briefs(): Promise<ReadonlyMap<string, string>> {
  const help = await helpOf();
  const rows = /\nCOMMANDS\n([\s\S]*)$/.exec(help)?.[1]?.split("\n") ?? [];
  return new Map(
    rows.map((row): [string, string] => {
      const [, name = "", brief = ""] = /^ {2}(\S+) +(.*)$/.exec(row) ?? [];
      return [name, brief];
    }),
  );
}

test.each(COMMANDS)("docs/commands/%s.md says what the help says", async (command) => {
  const brief = (await briefs()).get(command) ?? "";
  expect(brief).not.toBe("");
  const page = pageOf(command, brief, await helpOf(command));
  expect(page).toContain("```sh\n");
  await expect(page).toMatchFileSnapshot(join(docs, "commands", `${command}.md`));
});

test("docs/commands/README.md lists them, and there is no other page", async () => {
  const all = await briefs();
  expect([...all.keys()]).toEqual([...COMMANDS]);
  const lines = [
    ...["# Commands", "", MADE, ""],
    "`zarrkit` takes any path or URL of a store. Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted.",
    "",
    ...["| command | what it does |", "| --- | --- |"],
    ...COMMANDS.map(
      (name) => `| [\`zarrkit ${name}\`](${name}.md) | ${(all.get(name) ?? "").replaceAll("|", "\\|")} |`,
    ),
    "",
  ];
  await expect(lines.join("\n")).toMatchFileSnapshot(join(docs, "commands", "README.md"));
  const pages = readdirSync(join(docs, "commands")).filter((name) => name !== "README.md");
  expect(pages.sort()).toEqual(COMMANDS.map((name) => `${name}.md`).sort());
});

test("the examples of the help name commands and flags that exist", async () => {
  for (const command of COMMANDS) {
    const help = await helpOf(command);
    const examples =
      readFileSync(join(docs, "commands", `${command}.md`), "utf8")
        .split("```sh\n")[1]
        ?.split("```")[0] ?? "";
    for (const [, name = "", rest = ""] of examples.matchAll(/zarrkit ([a-z-]+)(.*)/g)) {
      expect(COMMANDS).toContain(name);
      if (name !== command) continue;
      for (const [flag] of rest.replace(/'[^']*'|"[^"]*"/g, "").matchAll(/(?<= )--[a-z][a-z0-9-]*/g))
        expect(help).toContain(flag);
    }
  }
});
