/**
 * What the expressions of reference templates mean.
 *
 * @module
 */
import type { Expression, Fail, Operator } from "./template-expression.ts";

/** A template that is called with arguments. */
export interface CallableTemplate {
  render(scope: TemplateScope): string;
}
/** What a name of a template stands for. */
export type TemplateValue = string | number | CallableTemplate;
/** The names of a template. */
export interface TemplateScope {
  get(name: string): TemplateValue | undefined;
}

/** The longest text that a template, or an operation in one, may be or become, in characters. */
export const MAX_TEMPLATE_LENGTH = 65536;
const MAX_WIDTH = 64;

type Value = TemplateValue | readonly TemplateValue[];

/** The value of an expression. Errors are made by `fail`. */
export function evaluate(expression: Expression, scope: TemplateScope, fail: Fail): TemplateValue {
  const value = evaluateAny(expression, scope, fail);
  if (isTuple(value)) throw fail("uses a tuple where a value is needed");
  return value;
}

function evaluateAny(expression: Expression, scope: TemplateScope, fail: Fail): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "name": {
      const value = scope.get(expression.name);
      if (value === undefined) throw fail(`uses the unknown name ${JSON.stringify(expression.name)}`);
      return value;
    }
    case "negate":
      return -numberOf(evaluate(expression.operand, scope, fail), fail);
    case "tuple":
      return expression.items.map((item) => evaluate(item, scope, fail));
    case "binary": {
      const left = evaluate(expression.left, scope, fail);
      if (expression.operator === "%" && typeof left === "string") {
        const right = evaluateAny(expression.right, scope, fail);
        return formatPercent(left, isTuple(right) ? right : [right], fail);
      }
      return operate(expression.operator, left, evaluate(expression.right, scope, fail), fail);
    }
    case "call": {
      const positional = expression.positional.map((item) => evaluate(item, scope, fail));
      const named = new Map<string, TemplateValue>();
      for (const [name, item] of expression.named) named.set(name, evaluate(item, scope, fail));
      if (expression.target === undefined)
        return callTemplate(expression.name, scope, positional, named, fail);
      return callMethod(expression.name, evaluate(expression.target, scope, fail), positional, named, fail);
    }
    default:
      throw expression satisfies never;
  }
}

/** A template that is called sees its arguments and nothing else, so that calls cannot nest. */
function callTemplate(
  name: string,
  scope: TemplateScope,
  positional: readonly TemplateValue[],
  named: ReadonlyMap<string, TemplateValue>,
  fail: Fail,
): string {
  const template = scope.get(name);
  if (template === undefined) throw fail(`calls the unknown template ${JSON.stringify(name)}`);
  if (positional.length > 0) throw fail(`calls ${name} with arguments that have no name`);
  if (typeof template !== "object") return String(template);
  for (const value of named.values())
    if (typeof value === "object") throw fail(`passes a template to ${name}`);
  return template.render(named);
}

function callMethod(
  name: string,
  target: TemplateValue,
  positional: readonly TemplateValue[],
  named: TemplateScope,
  fail: Fail,
): TemplateValue {
  if (name === "format" && typeof target === "string")
    // Jinja's filter formats by `%`, Python's method by braces; a text has only one of the two.
    return target.includes("%")
      ? formatPercent(target, positional, fail)
      : formatBraces(target, positional, named, fail);
  if (name === "int") return Math.trunc(numberOf(target, fail));
  if (name === "string" && typeof target !== "object") return String(target);
  throw fail(`uses ${JSON.stringify(name)}, which is not known; known are format, int and string`);
}

function operate(operator: Operator, left: TemplateValue, right: TemplateValue, fail: Fail): string | number {
  if (operator === "~" || (operator === "+" && typeof left === "string" && typeof right === "string")) {
    if (typeof left === "object" || typeof right === "object") throw fail("joins a template to text");
    return bounded(String(left) + String(right), fail);
  }
  const [a, b] = [numberOf(left, fail), numberOf(right, fail)];
  if (b === 0 && (operator === "/" || operator === "//" || operator === "%")) throw fail("divides by zero");
  const result = arithmetic(operator, a, b);
  if (!Number.isFinite(result) || Math.abs(result) > Number.MAX_SAFE_INTEGER)
    throw fail("computes a number that is too large");
  return result;
}

/** As Python: the quotient of `//` is rounded down, and the remainder has the sign of the divisor. */
function arithmetic(operator: Exclude<Operator, "~">, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "//":
      return Math.floor(a / b);
    case "%":
      return a - b * Math.floor(a / b);
    default:
      throw operator satisfies never;
  }
}

/** `%d`, `%05d`, `%s`, `%x`, as Python's operator. */
function formatPercent(text: string, values: readonly TemplateValue[], fail: Fail): string {
  let next = 0;
  const result = text.replace(/%(%|(0?)(\d{0,2})([dsxi]))/g, (whole, rest: string, zero, width, type) => {
    if (rest === "%") return "%";
    const value = values[next++];
    if (value === undefined) throw fail(`formats ${JSON.stringify(whole)} without a value`);
    return formatOne(value, zero === "0", Number(width), type as string, fail);
  });
  return bounded(result, fail);
}

/** `{}`, `{0}`, `{name}`, `{:03d}`, as Python's method. */
function formatBraces(
  text: string,
  positional: readonly TemplateValue[],
  named: TemplateScope,
  fail: Fail,
): string {
  let next = 0;
  const result = text.replace(
    /\{(\w*)(?::(0?)(\d{0,2})([dsx]?))?\}/g,
    (whole, name: string, zero, width, type) => {
      const value =
        name === "" ? positional[next++] : /^\d+$/.test(name) ? positional[Number(name)] : named.get(name);
      if (value === undefined) throw fail(`formats ${JSON.stringify(whole)} without a value`);
      return formatOne(value, zero === "0", Number(width ?? 0), (type as string | undefined) || "s", fail);
    },
  );
  return bounded(result, fail);
}

function formatOne(value: TemplateValue, zeros: boolean, width: number, type: string, fail: Fail): string {
  if (width > MAX_WIDTH) throw fail("formats to too many digits");
  if (typeof value === "object") throw fail("formats a template");
  if (type === "s" && typeof value === "string") return value.padEnd(width);
  const number = numberOf(value, fail);
  const digits = type === "x" ? Math.trunc(Math.abs(number)).toString(16) : String(Math.abs(number));
  const sign = number < 0 ? "-" : "";
  return zeros ? sign + digits.padStart(width - sign.length, "0") : (sign + digits).padStart(width);
}

function numberOf(value: TemplateValue, fail: Fail): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^-?\d{1,15}$/.test(value.trim())) return Number(value);
  throw fail("uses something as a number that is none");
}

function bounded(text: string, fail: Fail): string {
  if (text.length > MAX_TEMPLATE_LENGTH) throw fail("becomes too long");
  return text;
}

function isTuple(value: Value): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
