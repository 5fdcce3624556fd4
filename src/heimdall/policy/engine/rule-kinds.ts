import { type CompiledGlob, compileGlob } from "../../../shared/glob.ts";
import type { PolicyRule } from "../rule.ts";

/** By kind of rule: whether it is asked for, and then its effect. */
export type AskedKinds = Uint8Array;

export const notAsked = 0;
export const asksAllow = 1;
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
  private readonly asked = new Map<string, Map<string, AskedKinds>>();

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

  /** @param predicate in lower case */
  askedFor(collection: string, predicate: string): AskedKinds {
    let byPredicate = this.asked.get(collection);
    const known = byPredicate?.get(predicate);
    if (known !== undefined) return known;
    const asked = new Uint8Array(this.kinds.length);
    this.kinds.forEach((kind, number) => {
      if (kind.collection === collection && kind.predicates.some((glob) => glob.matches(predicate))) {
        asked[number] = kind.asks;
      }
    });
    if (byPredicate === undefined || byPredicate.size >= maxAsked) {
      if (this.asked.size >= maxAsked) this.asked.clear();
      byPredicate = new Map();
      this.asked.set(collection, byPredicate);
    }
    byPredicate.set(predicate, asked);
    return asked;
  }
}
