// Holds docs/parity.md against the inventory of zarr-python's features (scripts/parity-ids.json) and against the tests.
//
//   node scripts/check-parity.mjs           problems, or the tally
//   node scripts/check-parity.mjs --tests   every test that a row may name, one a line
//
// A row is `| id | status | text |`. `done` and `better` name at least one test as `file › title`, and the title is the
// one that the file registers: read from its syntax tree, so that comments, strings and skipped tests do not count, and
// neither do tests whose body checks nothing. `n/a` and `not yet` give a reason.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const STATUSES = ["done", "better", "n/a", "not yet"];
const SEPARATOR = " › ";
/** The cases of the store suite are tests wherever a test file runs the suite. */
const SUITE_FOLDER = "src/testing/cases/";
const SUITE_RUNNER = "src/testing/store-tests.test.ts";
/** Runs a check: `expect(…)`, `checkBytes(…)`, or a function of the test file that does. */
const CHECKS = /\b(expect|assert|check|refuse|same|fails)\w*(\.\w+)*(<[^>(]*>)?\(/i;

if (process.argv.includes("--tests")) {
  for (const file of testFiles())
    for (const title of titlesIn(file)) console.log(`${file}${SEPARATOR}${title}`);
} else {
  const problems = [];
  const tally = check(problems);
  if (problems.length > 0) {
    console.error(problems.join("\n"));
    process.exit(1);
  }
  console.log(`parity: ${STATUSES.map((status) => `${tally.get(status) ?? 0} ${status}`).join(", ")}`);
}

function check(problems) {
  const ids = JSON.parse(readFileSync(join(root, "scripts", "parity-ids.json"), "utf8"));
  const known = new Set(ids);
  const seen = new Set();
  const tally = new Map();
  const titles = new Map();
  for (const [number, line] of readFileSync(join(root, "docs", "parity.md"), "utf8")
    .split("\n")
    .entries()) {
    if (!line.startsWith("|")) continue;
    const [, id = "", status = "", text = ""] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (id === "id" || /^-+$/.test(id)) continue;
    const say = (problem) => problems.push(`docs/parity.md:${number + 1}: ${id}: ${problem}`);
    if (!known.has(id)) say("is not in the inventory");
    if (seen.has(id)) say("is there twice");
    seen.add(id);
    if (!STATUSES.includes(status)) {
      say(`has the status ${JSON.stringify(status)}; there are ${STATUSES.join(", ")}`);
      continue;
    }
    tally.set(status, (tally.get(status) ?? 0) + 1);
    const references = [...text.matchAll(/`([^`]+)`/g)]
      .map((match) => match[1].replaceAll("\\|", "|"))
      .filter((reference) => reference.includes(SEPARATOR));
    for (const reference of references) {
      const cut = reference.indexOf(SEPARATOR);
      const [file, title] = [reference.slice(0, cut), reference.slice(cut + SEPARATOR.length)];
      if (!titles.has(file)) titles.set(file, new Set(existsSync(join(root, file)) ? titlesIn(file) : []));
      if (titles.get(file).size === 0) say(`${file} is no file with tests`);
      else if (!titles.get(file).has(title)) say(`${file} has no test ${JSON.stringify(title)} that runs`);
    }
    const proven = status === "done" || status === "better";
    if (proven && references.length === 0) say("names no test");
    const words = text.replace(/`[^`]*`/g, "").trim();
    if (status !== "done" && words.length < 4) say("gives no reason");
  }
  for (const id of ids) if (!seen.has(id)) problems.push(`docs/parity.md: ${id} is missing`);
  return tally;
}

function testFiles() {
  const files = [];
  for (const folder of ["src", "test"]) {
    for (const entry of readdirSync(join(root, folder), { recursive: true })) {
      const file = `${folder}/${String(entry).replaceAll("\\", "/")}`;
      const isSuite = file.startsWith(SUITE_FOLDER) && file.endsWith(".ts");
      if (file.endsWith(".test.ts") || isSuite) files.push(file);
    }
  }
  return files.sort();
}

/** Titles of the tests that a file registers, those of the groups around them before each. */
function titlesIn(file) {
  const text = readFileSync(join(root, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const titles = [];
  if (file.startsWith(SUITE_FOLDER)) {
    if (/\bnew StoreTests\(/.test(readFileSync(join(root, SUITE_RUNNER), "utf8"))) visitCases(source, titles);
  } else if (file.endsWith(".test.ts")) visitTests(source, [], titles);
  return titles;
}

/** Objects with a name and a function `run`: the cases of the suite. */
function visitCases(node, titles) {
  if (ts.isObjectLiteralExpression(node)) {
    const member = (name) => node.properties.find((property) => property.name?.getText() === name);
    const name = member("name")?.initializer;
    const run = member("run");
    if (name !== undefined && run !== undefined && CHECKS.test(run.getText())) titles.push(titleOf(name));
  }
  ts.forEachChild(node, (child) => visitCases(child, titles));
}

function visitTests(node, groups, titles) {
  if (ts.isCallExpression(node)) {
    const { name, modifiers } = calleeOf(node.expression);
    const runs = !modifiers.some((modifier) => /^(skip|todo|fails|skipIf|runIf)$/.test(modifier));
    const [first, ...rest] = node.arguments;
    const title = first === undefined ? undefined : titleOf(first);
    const body = rest.find((argument) => ts.isArrowFunction(argument) || ts.isFunctionExpression(argument));
    if (name === "describe" && body !== undefined) {
      if (runs && title !== undefined) visitTests(body.body, [...groups, title], titles);
      return;
    }
    if ((name === "test" || name === "it") && title !== undefined && body !== undefined) {
      if (runs && CHECKS.test(body.getText())) titles.push([...groups, title].join(SEPARATOR));
      return;
    }
  }
  ts.forEachChild(node, (child) => visitTests(child, groups, titles));
}

/** `test.each(…)` is test, with the modifier each. */
function calleeOf(expression) {
  const modifiers = [];
  let callee = expression;
  for (;;) {
    if (ts.isCallExpression(callee)) callee = callee.expression;
    else if (ts.isTaggedTemplateExpression(callee)) callee = callee.tag;
    else if (ts.isPropertyAccessExpression(callee)) {
      modifiers.push(callee.name.text);
      callee = callee.expression;
    } else break;
  }
  return { name: ts.isIdentifier(callee) ? callee.text : "", modifiers };
}

/** A title as it stands in the source; what a template puts in stays `${…}`. */
function titleOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText().slice(1, -1) : undefined;
}
