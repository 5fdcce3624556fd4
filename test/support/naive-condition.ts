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

/**
 * `fails`: it could not be evaluated.
 *
 * @param isStored the rule can be about stored objects, so that an attribute of the object that stands alone means `== true`
 */
export function evaluateNaively(text: string, scope: NaiveScope, isStored: boolean): boolean | "fails" {
  const tokens = text.match(/'[^']*'|\d+|[A-Za-z_]\w*|&&|\|\||[=!<>]=|[-+<>!.()[\],?:]/g) ?? [];
  const parser = new Parser(tokens);
  const expression = parser.choice();
  if (!parser.isAtEnd) throw new TypeError(`\`${text}\` is more than the naive evaluator knows`);
  const known = { predicate: scope.predicate, subject: scope.subject, object: scope.object, context: scope.context };
  return attempt(() => truth(expression, { known, bare: scope.subject, isStored }));
}

type Expression =
  | { readonly is: "constant"; readonly value: unknown }
  | { readonly is: "list"; readonly of: readonly Expression[] }
  | { readonly is: "name"; readonly name: string }
  | { readonly is: "member"; readonly of: Expression; readonly name: string }
  | { readonly is: "call"; readonly name: string; readonly of: readonly Expression[] }
  | { readonly is: "&&" | "||"; readonly of: readonly [Expression, Expression] }
  | { readonly is: "not"; readonly of: Expression }
  | { readonly is: "choice"; readonly when: Expression; readonly then: Expression; readonly other: Expression }
  | { readonly is: "relation"; readonly operator: string; readonly of: readonly [Expression, Expression] };

interface Scope {
  readonly known: Readonly<Record<string, unknown>>;
  /** what other names are looked for in */
  readonly bare: Readonly<Record<string, unknown>>;
  readonly isStored: boolean;
}

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  choice(): Expression {
    const when = this.or();
    if (!this.takes("?")) return when;
    const then = this.or();
    this.takes(":");
    return { is: "choice", when, then, other: this.choice() };
  }

  private or(): Expression {
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
    const left = this.sum();
    for (const operator of ["==", "!=", "<=", ">=", "<", ">", "in"]) {
      if (this.takes(operator)) return { is: "relation", operator, of: [left, this.sum()] };
    }
    return left;
  }

  private sum(): Expression {
    let left = this.unary();
    while (this.takes("+")) left = { is: "call", name: "+", of: [left, this.unary()] };
    return left;
  }

  private unary(): Expression {
    return this.takes("!") ? { is: "not", of: this.unary() } : this.chain();
  }

  private chain(): Expression {
    let of = this.primary();
    for (;;) {
      if (this.takes("[")) {
        const [index] = this.list("]");
        of = { is: "member", of, name: index?.is === "constant" ? String(index.value) : "" };
      } else if (this.takes(".")) {
        const name = this.tokens[this.at++] ?? "";
        of = this.takes("(") ? { is: "call", name, of: [of, ...this.list(")")] } : { is: "member", of, name };
      } else return of;
    }
  }

  private primary(): Expression {
    if (this.takes("(")) {
      const inner = this.choice();
      this.takes(")");
      return inner;
    }
    if (this.takes("[")) return { is: "list", of: this.list("]") };
    const token = this.tokens[this.at++] ?? "";
    if (token.startsWith("'")) return { is: "constant", value: token.slice(1, -1) };
    if (/^\d/.test(token)) return { is: "constant", value: Number(token) };
    if (token === "true" || token === "false") return { is: "constant", value: token === "true" };
    if (this.takes("(")) return { is: "call", name: token, of: this.list(")") };
    return { is: "name", name: token };
  }

  private list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.takes(end)) {
      items.push(this.choice());
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

function truth(expression: Expression, scope: Scope): boolean {
  switch (expression.is) {
    case "&&":
    case "||":
      return joined(
        expression.of.map((part) => () => truth(part, scope)),
        expression.is === "||",
      );
    case "not":
      return !truth(expression.of, scope);
    case "choice":
      return truth(expression.when, scope) ? truth(expression.then, scope) : truth(expression.other, scope);
    case "relation": {
      const [left, right] = expression.of.map((part) => value(part, scope));
      return relate(left, expression.operator, right);
    }
    default: {
      const found = value(expression, scope);
      const meansTrue = scope.isStored && rootOf(expression) === "object";
      if (typeof found !== "boolean" && !meansTrue) throw new Failure();
      return found === true;
    }
  }
}

/** CEL's `&&` and `||`: either side decides, whatever becomes of the other. */
function joined(parts: readonly (() => boolean)[], decisive: boolean): boolean {
  const answers = parts.map(attempt);
  if (answers.includes(decisive)) return decisive;
  if (answers.includes("fails")) throw new Failure();
  return !decisive;
}

function rootOf(expression: Expression): string | undefined {
  if (expression.is === "member") return rootOf(expression.of);
  return expression.is === "name" ? expression.name : undefined;
}

function relate(left: unknown, operator: string, right: unknown): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (operator === "in") {
    if (!Array.isArray(right)) throw new Failure();
    return right.includes(left);
  }
  if (left instanceof Date && right instanceof Date) return relate(left.getTime(), operator, right.getTime());
  if (typeof left !== typeof right) throw new Failure();
  const [a, b] = [left as number, right as number];
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

function value(expression: Expression, scope: Scope): unknown {
  switch (expression.is) {
    case "constant":
      return expression.value;
    case "list":
      return expression.of.map((item) => value(item, scope));
    case "call":
      return callOf(expression.name, expression.of, scope);
    case "name":
    case "member": {
      const found = look(expression, scope);
      if (found === undefined) throw new Failure();
      return found;
    }
    default:
      return truth(expression, scope);
  }
}

function callOf(name: string, [first, second, third]: readonly Expression[], scope: Scope): unknown {
  if (name === "has" && first?.is === "member") {
    // of what is stored nothing can tell a missing part from a missing whole
    const isStrict = !scope.isStored || rootOf(first) !== "object";
    if (isStrict) value(first.of, scope);
    return look(first, scope) !== undefined;
  }
  const of = first && value(first, scope);
  if (name === "size" && (Array.isArray(of) || typeof of === "string")) return of.length;
  if (name === "timestamp") return new Date(String(of));
  if ((name === "exists" || name === "all") && Array.isArray(of) && second?.is === "name" && third) {
    const inner = (item: unknown): Scope => ({ ...scope, known: { ...scope.known, [second.name]: item } });
    return joined(
      of.map((item) => () => truth(third, inner(item))),
      name === "exists",
    );
  }
  const other = second && value(second, scope);
  if (typeof of !== "string" || typeof other !== "string") throw new Failure();
  switch (name) {
    case "startsWith":
      return of.startsWith(other);
    case "endsWith":
      return of.endsWith(other);
    case "contains":
      return of.includes(other);
    case "matches":
      return new RegExp(other, "u").test(of);
    case "+":
      return of + other;
    default:
      throw new Failure();
  }
}

/** The value of a name or member; `undefined` where something on the way is missing or null. A bare name is an attribute of the subject. */
function look(expression: Expression, scope: Scope): unknown {
  if (expression.is === "name") {
    const from = Object.hasOwn(scope.known, expression.name) ? scope.known : scope.bare;
    return (Object.hasOwn(from, expression.name) ? from[expression.name] : undefined) ?? undefined;
  }
  if (expression.is !== "member") return value(expression, scope);
  const of = look(expression.of, scope);
  if (typeof of !== "object" || of === null || !Object.hasOwn(of, expression.name)) return undefined;
  return (of as Record<string, unknown>)[expression.name] ?? undefined;
}
