/**
 * The templates of kerchunk references: text with `{{ expression }}` in it. The language is the
 * small part of Jinja that references use (names, literals, arithmetic, calls of other
 * templates, formatting); it runs no code and everything in it is bounded.
 *
 * @module
 */
import { StoreError } from "../../base/errors.ts";
import { ExpressionParser } from "./template-expression.ts";
import type { Expression } from "./template-expression.ts";
import { evaluate, MAX_TEMPLATE_LENGTH } from "./template-evaluate.ts";
import type { TemplateScope } from "./template-evaluate.ts";

/** A template, parsed once and rendered many times. */
export class Template {
  readonly #parts: readonly (string | Expression)[];
  readonly #text: string;

  /** @throws StoreError when it is too long or no template. */
  constructor(text: string) {
    if (text.length > MAX_TEMPLATE_LENGTH) throw templateError("is too long", text);
    this.#text = text;
    this.#parts = parseParts(text);
  }

  /** Does the text hold an expression? Plain text needs no template. */
  static isTemplate(text: string): boolean {
    return text.includes("{{");
  }

  /** @throws StoreError when a name is unknown, an operation has no meaning, or the result is too long. */
  render(scope: TemplateScope): string {
    let result = "";
    for (const part of this.#parts) {
      if (typeof part === "string") result += part;
      else {
        const value = evaluate(part, scope, (message) => templateError(message, this.#text));
        if (typeof value === "object")
          throw templateError("prints a template without calling it", this.#text);
        result += String(value);
      }
      if (result.length > MAX_TEMPLATE_LENGTH) throw templateError("becomes too long", this.#text);
    }
    return result;
  }
}

function parseParts(text: string): (string | Expression)[] {
  if (text.includes("{%")) throw templateError("has statements, which are not supported", text);
  const parts: (string | Expression)[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf("{{", at);
    if (open < 0) break;
    if (open > at) parts.push(text.slice(at, open));
    const parser = new ExpressionParser(text, open + 2, (message) => templateError(message, text));
    parts.push(parser.parseToEnd());
    at = parser.position;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

function templateError(message: string, text: string): StoreError {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return new StoreError(`The reference template ${JSON.stringify(shown)} ${message}.`);
}
