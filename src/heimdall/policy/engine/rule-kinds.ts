import { type CompiledGlob, compileGlob } from "../../../shared/glob.ts";
import type { PolicyRule } from "../rule.ts";

/** By kind of rule: whether it is asked for, and then its effect. */
export type AskedKinds = Uint8Array;

/** A predicate as it was asked for, in lower case, and the kinds of rules about it. */
export interface Asked {
  readonly predicate: string;
  readonly kinds: AskedKinds;
}

export const notAsked = 0;
const asksAllow = 1;
export const asksDeny = 2;

interface RuleKind {
  readonly asks: typeof asksAllow | typeof asksDeny;
  readonly collection: string;
  readonly predicates: readonly CompiledGlob[];
}

// WHY: predicates come from callers, who may invent as many as they like
const maxAsked = 500;

/** The different (effect, collection, predicates) that rules have, numbered. */
export class RuleKinds {
  private readonly numbers = new Map<string, number>();
  private readonly kinds: RuleKind[] = [];
  private readonly asked = new Map<string, Map<string, Asked>>();
  private remembered = 0;

  /** The number of a rule's kind, the same for the same text. */
  numberOf({ effect, collection, predicates }: PolicyRule): number {
    const key = [effect, collection, ...predicates].join("\n");
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.kinds.length;
    this.numbers.set(key, number);
    this.kinds.push({
      asks: effect === "deny" ? asksDeny : asksAllow,
      collection,
      predicates: predicates.map((glob) => compileGlob(glob, "predicate")),
    });
    return number;
  }

  /** What is asked for with `predicate`, whatever its case. */
  askedFor(collection: string, predicate: string): Asked {
    const known = this.asked.get(collection)?.get(predicate);
    if (known !== undefined) return known;
    const lower = predicate.toLowerCase();
    const kinds = new Uint8Array(this.kinds.length);
    this.kinds.forEach((kind, number) => {
      if (kind.collection === collection && kind.predicates.some((glob) => glob.matches(lower))) {
        kinds[number] = kind.asks;
      }
    });
    const asked = { predicate: lower, kinds };
    this.remember(collection, predicate, asked);
    return asked;
  }

  private remember(collection: string, predicate: string, asked: Asked): void {
    if (this.remembered >= maxAsked) {
      this.asked.clear();
      this.remembered = 0;
    }
    let byPredicate = this.asked.get(collection);
    if (byPredicate === undefined) {
      byPredicate = new Map();
      this.asked.set(collection, byPredicate);
    }
    byPredicate.set(predicate, asked);
    this.remembered++;
  }
}
