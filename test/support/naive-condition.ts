/** Conditions in the part of CEL that the generators write, evaluated as directly as can be; shares nothing with the product. */

/** What a condition can look at. */
export interface NaiveScope {
  readonly subject: Readonly<Record<string, unknown>>;
  readonly object: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly predicate: string;
}

/** Thrown where a part has no value. */
class Failure extends Error {}

/** `fails`: it could not be evaluated. */
export function evaluateNaively(text: string, scope: NaiveScope): boolean | "fails" {
  const tokens = text.match(/'[^']*'|\d+|[A-Za-z_]\w*|&&|\|\||[=!<>]=|[-<>!.()[\],]/g) ?? [];
  const parser = new Parser(tokens);
  const expression = parser.or();
  if (!parser.isAtEnd) throw new TypeError(`\`${text}\` is more than the naive evaluator knows`);
  return attempt(() => truth(expression, scope));
}

type Expression =
  | { readonly is: "constant"; readonly value: unknown }
  | { readonly is: "list"; readonly of: readonly Expression[] }
  | { readonly is: "path"; readonly steps: readonly string[] }
  | { readonly is: "call"; readonly name: string; readonly of: readonly Expression[] }
  | { readonly is: "&&" | "||"; readonly of: readonly [Expression, Expression] }
  | { readonly is: "not"; readonly of: Expression }
  | { readonly is: "relation"; readonly operator: string; readonly of: readonly [Expression, Expression] };

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  or(): Expression {
    let left = this.and();
    while (this.takes("||")) left = { is: "||", of: [left, this.and()] };
    return left;
  }

  private and(): Expression {
    let left = this.relation();
    while (this.takes("&&")) left = { is: "&&", of: [left, this.relation()] };
    return left;
  }

  private relation(): Expression {
    const left = this.unary();
    for (const operator of ["==", "!=", "<=", ">=", "<", ">", "in"]) {
      if (this.takes(operator)) return { is: "relation", operator, of: [left, this.unary()] };
    }
    return left;
  }

  private unary(): Expression {
    return this.takes("!") ? { is: "not", of: this.unary() } : this.primary();
  }

  private primary(): Expression {
    if (this.takes("(")) {
      const inner = this.or();
      this.takes(")");
      return inner;
    }
    if (this.takes("[")) return { is: "list", of: this.list("]") };
    const token = this.tokens[this.at++] ?? "";
    if (token.startsWith("'")) return { is: "constant", value: token.slice(1, -1) };
    if (/^\d/.test(token)) return { is: "constant", value: Number(token) };
    if (token === "true" || token === "false") return { is: "constant", value: token === "true" };
    if (this.takes("(")) return { is: "call", name: token, of: this.list(")") };
    const steps = [token];
    while (this.takes(".")) {
      const step = this.tokens[this.at++] ?? "";
      if (this.takes("(")) return { is: "call", name: step, of: [{ is: "path", steps }, ...this.list(")")] };
      steps.push(step);
    }
    return { is: "path", steps };
  }

  private list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.takes(end)) {
      items.push(this.or());
      this.takes(",");
    }
    return items;
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }
}

function attempt(evaluate: () => boolean): boolean | "fails" {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof Failure) return "fails";
    throw error;
  }
}

function truth(expression: Expression, scope: NaiveScope): boolean {
  switch (expression.is) {
    case "&&":
    case "||": {
      const [left, right] = expression.of.map((part) => attempt(() => truth(part, scope)));
      const decisive = expression.is === "||";
      if (left === decisive || right === decisive) return decisive;
      if (left === "fails" || right === "fails") throw new Failure();
      return !decisive;
    }
    case "not":
      return !truth(expression.of, scope);
    case "relation": {
      const [left, right] = expression.of.map((part) => value(part, scope));
      return relate(left, expression.operator, right);
    }
    case "call":
      return callOf(expression.name, expression.of, scope) === true;
    case "path": {
      // an attribute of the object that stands alone means `== true`; others have to be true or false
      const found = value(expression, scope);
      if (typeof found !== "boolean" && expression.steps[0] !== "object") throw new Failure();
      return found === true;
    }
    default:
      return value(expression, scope) === true;
  }
}

function relate(left: unknown, operator: string, right: unknown): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (operator === "in") {
    if (!Array.isArray(right)) throw new Failure();
    return right.includes(left);
  }
  if (typeof left !== typeof right) throw new Failure();
  const [a, b] = [left as number, right as number];
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

function value(expression: Expression, scope: NaiveScope): unknown {
  switch (expression.is) {
    case "constant":
      return expression.value;
    case "list":
      return expression.of.map((item) => value(item, scope));
    case "call":
      return callOf(expression.name, expression.of, scope);
    case "path": {
      const found = look(expression.steps, scope);
      if (found === undefined) throw new Failure();
      return found;
    }
    default:
      return truth(expression, scope);
  }
}

function callOf(name: string, [first, second]: readonly Expression[], scope: NaiveScope): unknown {
  if (name === "has" && first?.is === "path") return look(first.steps, scope) !== undefined;
  const of = first && value(first, scope);
  if (name === "size" && Array.isArray(of)) return of.length;
  if (name === "startsWith" && second) {
    const prefix = value(second, scope);
    if (typeof of !== "string" || typeof prefix !== "string") throw new Failure();
    return of.startsWith(prefix);
  }
  throw new Failure();
}

/** The value at a path; `undefined` where something on the way is missing or null. A bare name is an attribute of the subject. */
function look(steps: readonly string[], scope: NaiveScope): unknown {
  const [root = "", ...rest] = steps;
  if (root === "predicate") return scope.predicate;
  const isRoot = root === "subject" || root === "object" || root === "context";
  let found: unknown = isRoot ? scope[root] : scope.subject;
  for (const step of isRoot ? rest : steps) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found ?? undefined;
}
