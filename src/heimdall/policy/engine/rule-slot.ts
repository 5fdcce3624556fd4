/**
 * The rules that lie at one place of the index, grouped by kind (effect, collection, predicates), each with the audience (subjects)
 * it is about, so that a request passes by with two looks into bit tables instead of a look at every rule.
 */
export class RuleSlot {
  readonly groups: RuleGroup[] = [];

  add(rule: number, kind: number, audience: number): void {
    let group = this.groups.find((other) => other.kind === kind);
    if (!group) {
      group = new RuleGroup(kind);
      this.groups.push(group);
    }
    group.add(rule, audience);
  }
}

// WHY: to walk so many numbers takes as long as a few look-ups in a map
const walkedAtMost = 48;

/** Rules of one kind at one place. */
export class RuleGroup {
  readonly kind: number;
  /** audience and rule, one after the other in pairs */
  readonly pairs: number[] = [];
  /** audience -> rules, where there are many */
  byAudience: Map<number, number[]> | undefined = undefined;

  constructor(kind: number) {
    this.kind = kind;
  }

  add(rule: number, audience: number): void {
    this.pairs.push(audience, rule);
    if (this.byAudience) this.addToMap(rule, audience);
    else if (this.pairs.length > 2 * walkedAtMost) {
      this.byAudience = new Map();
      for (let at = 0; at < this.pairs.length; at += 2) this.addToMap(this.pairs[at + 1] ?? 0, this.pairs[at] ?? 0);
    }
  }

  private addToMap(rule: number, audience: number): void {
    const rules = this.byAudience?.get(audience);
    if (rules) rules.push(rule);
    else this.byAudience?.set(audience, [rule]);
  }
}
