/**
 * The expressions of reference templates, parsed.
 *
 * @module
 */

/** An operator between two values; `~` joins text. */
export type Operator = "+" | "-" | "*" | "/" | "//" | "%" | "~";

/** An expression, as a tree. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negate"; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "tuple"; readonly items: readonly Expression[] }
  /** A call of a template, or with `target` of a filter (`| name`) or method (`.name`) of a value. */
  | {
      readonly kind: "call";
      readonly name: string;
      readonly target: Expression | undefined;
      readonly positional: readonly Expression[];
      readonly named: ReadonlyMap<string, Expression>;
    };

/** Makes the error for what is wrong. */
export type Fail = (message: string) => Error;

const MAX_DEPTH = 32;
const TOKEN = /\s*(?:(\d+)|([A-Za-z_]\w*)|'([^'\\]*)'|"([^"\\]*)"|(\/\/|\}\}|[-+*/%~().,|=]))/y;

type Token =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "symbol"; readonly text: string };

/** Reads one expression up to the `}}` that ends it. */
export class ExpressionParser {
  readonly #text: string;
  readonly #fail: Fail;
  #at: number;
  #token: Token;
  #depth = 0;

  constructor(text: string, start: number, fail: Fail) {
    this.#text = text;
    this.#at = start;
    this.#fail = fail;
    this.#token = this.#read();
  }

  /** Where the text goes on after the expression. */
  get position(): number {
    return this.#at;
  }

  parseToEnd(): Expression {
    const expression = this.#sum();
    if (!this.#is("}}")) throw this.#unexpected();
    return expression;
  }

  #sum(): Expression {
    if (++this.#depth > MAX_DEPTH) throw this.#fail("is nested too deeply");
    let left = this.#product();
    while (this.#is("+") || this.#is("-") || this.#is("~")) left = this.#binary(left, () => this.#product());
    this.#depth--;
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.#is("*") || this.#is("/") || this.#is("//") || this.#is("%"))
      left = this.#binary(left, () => this.#unary());
    return left;
  }

  #binary(left: Expression, readRight: () => Expression): Expression {
    const operator = this.#token.text as Operator; // the caller looked at it
    this.#next();
    return { kind: "binary", operator, left, right: readRight() };
  }

  #unary(): Expression {
    if (!this.#is("-")) return this.#postfix();
    this.#next();
    return { kind: "negate", operand: this.#postfix() };
  }

  #postfix(): Expression {
    let value = this.#primary();
    while (this.#is(".") || this.#is("|")) {
      const isMethod = this.#is(".");
      this.#next();
      const name = this.#name();
      if (isMethod || this.#is("(")) value = this.#call(name, value);
      else value = { kind: "call", name, target: value, positional: [], named: new Map() };
    }
    return value;
  }

  #primary(): Expression {
    const token = this.#token;
    if (token.kind === "number" || token.kind === "string") {
      this.#next();
      const value = token.kind === "number" ? Number(token.text) : token.text;
      return { kind: "literal", value };
    }
    if (token.kind === "name") {
      this.#next();
      return this.#is("(") ? this.#call(token.text, undefined) : { kind: "name", name: token.text };
    }
    if (!this.#is("(")) throw this.#unexpected();
    this.#next();
    const items = [this.#sum()];
    while (this.#is(",")) {
      this.#next();
      if (!this.#is(")")) items.push(this.#sum());
    }
    this.#expect(")");
    return items.length === 1 ? items[0]! : { kind: "tuple", items };
  }

  #call(name: string, target: Expression | undefined): Expression {
    const positional: Expression[] = [];
    const named = new Map<string, Expression>();
    this.#expect("(");
    while (!this.#is(")")) {
      const value = this.#sum();
      if (this.#is("=")) {
        if (value.kind !== "name") throw this.#unexpected();
        this.#next();
        named.set(value.name, this.#sum());
      } else positional.push(value);
      if (!this.#is(")")) this.#expect(",");
    }
    this.#next();
    return { kind: "call", name, target, positional, named };
  }

  #name(): string {
    const token = this.#token;
    if (token.kind !== "name") throw this.#unexpected();
    this.#next();
    return token.text;
  }

  #is(symbol: string): boolean {
    return this.#token.kind === "symbol" && this.#token.text === symbol;
  }

  #expect(symbol: string): void {
    if (!this.#is(symbol)) throw this.#unexpected();
    this.#next();
  }

  #next(): void {
    this.#token = this.#read();
  }

  #read(): Token {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw this.#fail(`has something at position ${this.#at} that is no expression`);
    this.#at = TOKEN.lastIndex;
    const [, number, name, single, double, symbol] = match;
    if (number !== undefined) {
      if (number.length > 15) throw this.#fail("has a number that is too large");
      return { kind: "number", text: number };
    }
    if (name !== undefined) return { kind: "name", text: name };
    if (symbol !== undefined) return { kind: "symbol", text: symbol };
    return { kind: "string", text: single ?? double ?? "" };
  }

  #unexpected(): Error {
    return this.#fail(`has an unexpected ${JSON.stringify(this.#token.text)}`);
  }
}
