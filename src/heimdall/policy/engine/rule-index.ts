import type { DecisionObject } from "../../../shared/decision.ts";
import { Audiences, type KnownSubject } from "./audiences.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { toPathPatterns } from "./path-patterns.ts";
import { PathTrie } from "./path-trie.ts";
import { type AskedKinds, notAsked, RuleKinds } from "./rule-kinds.ts";
import { type RuleSink, RuleSlot, RuleSlots } from "./rule-slots.ts";
import { type RuleTest, toRuleTest } from "./rule-test.ts";

// so that turns stay small integers
const lastTurn = 2 ** 30;

/** Numbers of rules, of which the first `count` count. Reused, so that a decision allocates nothing for them. */
export interface RuleNumbers {
  readonly numbers: number[];
  count: number;
}

/**
 * Rules by what they say of objects: those with paths in one trie over all paths, those with object tags only under one literal tag,
 * the rest in one list.
 * INVARIANT: what `find` gives is a superset of the rules that match, without any that is about other subjects or predicates; the
 * rule's `test` decides.
 */
export class RuleIndex implements RuleSink {
  readonly audiences = new Audiences();
  readonly kinds = new RuleKinds();
  /** by rule number; `undefined`: whatever is found matches */
  readonly tests: (RuleTest | undefined)[] = [];
  readonly allows: RuleNumbers = { numbers: [], count: 0 };
  readonly denies: RuleNumbers = { numbers: [], count: 0 };
  private readonly audienceOf: number[] = [];
  private readonly kindOf: number[] = [];
  private readonly slots = new RuleSlots();
  private readonly paths = new PathTrie();
  private readonly byTag = new Map<string, RuleSlot>();
  private readonly everywhere = new RuleSlot();
  private readonly starts: number[] = [];
  /** the turn at which each rule was last found, because a rule may lie in several slots */
  private readonly seen: number[] = [];
  private turn = 0;
  /** whether two things of the object may meet the same place */
  private meetsTwice = false;

  /** Rules come in the order of their numbers, from 0. `seal` after the last. */
  add(rule: CompiledRule): void {
    const audience = this.audiences.numberOf(rule.rule.subjects);
    const kind = this.kinds.numberOf(rule.rule);
    this.audienceOf.push(audience);
    this.kindOf.push(kind);
    this.seen.push(0);
    const { paths } = rule.rule;
    if (paths !== undefined) {
      const patterns = toPathPatterns(paths);
      const number = patterns.length > 1 ? ~rule.number : rule.number;
      for (const pattern of patterns) this.paths.slotFor(pattern).add(number, kind, audience);
      const checksPaths = patterns.some(({ is }) => is === "check");
      this.tests.push(toRuleTest(rule, checksPaths, rule.rule.tags !== undefined));
      return;
    }
    if (rule.rule.tags === undefined) {
      this.everywhere.add(rule.number, kind, audience);
      this.tests.push(toRuleTest(rule, false, false));
      return;
    }
    const slots = this.slotsByTag(rule);
    for (const slot of slots) slot.add(slots.length > 1 ? ~rule.number : rule.number, kind, audience);
    const isOneTag = rule.tags?.every((all) => all.length === 1 && all[0]?.literal !== undefined) === true;
    this.tests.push(toRuleTest(rule, false, !isOneTag));
  }

  /** Ends the adding, in steps. */
  *seal(): Generator<undefined> {
    yield* this.slots.seal([this.everywhere, ...this.byTag.values(), ...this.paths.slots()]);
    yield* this.paths.seal();
  }

  /** Fills `allows` and `denies` with the rules that may match. */
  find(object: DecisionObject, subject: KnownSubject, asked: AskedKinds): void {
    this.allows.count = 0;
    this.denies.count = 0;
    this.nextTurn();
    this.meetsTwice = object.paths.length > 1 || object.tags.length > 1;
    const { slots, starts } = this;
    let count = 1;
    starts[0] = this.everywhere.start;
    for (const path of object.paths) count = this.paths.find(path, starts, count);
    if (this.byTag.size > 0) {
      for (const tag of object.tags) {
        const slot = this.byTag.get(tag);
        if (slot !== undefined) starts[count++] = slot.start;
      }
    }
    for (let at = 0; at < count; at++) slots.read(starts[at] as number, subject, asked, this);
  }

  /** Called while rules are looked for. */
  take(found: number, isDeny: boolean): void {
    const number = found < 0 ? ~found : found;
    if (found < 0 || this.meetsTwice) {
      if (this.seen[number] === this.turn) return;
      this.seen[number] = this.turn;
    }
    const into = isDeny ? this.denies : this.allows;
    into.numbers[into.count++] = number;
  }

  /** Whether the rule with this number is about the subject. */
  isAbout(number: number, subject: KnownSubject): boolean {
    return subject.belongs[this.audienceOf[number] ?? 0] === 1;
  }

  /** Whether the rule with this number is of a kind that was asked for. */
  isAskedFor(number: number, asked: AskedKinds): boolean {
    return asked[this.kindOf[number] ?? 0] !== notAsked;
  }

  private nextTurn(): void {
    if (this.turn === lastTurn) {
      this.seen.fill(0);
      this.turn = 0;
    }
    this.turn++;
  }

  private slotsByTag({ tags }: CompiledRule): readonly RuleSlot[] {
    const keys = new Set(tags?.map((all) => all.find(({ literal }) => literal !== undefined)?.literal));
    const slots: RuleSlot[] = [];
    for (const key of keys) {
      if (key === undefined) return [this.everywhere];
      let slot = this.byTag.get(key);
      if (slot === undefined) {
        slot = new RuleSlot();
        this.byTag.set(key, slot);
      }
      slots.push(slot);
    }
    return slots;
  }
}
