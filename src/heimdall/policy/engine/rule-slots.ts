import type { KnownSubject } from "./audiences.ts";
import { type AskedKinds, asksDeny, notAsked } from "./rule-kinds.ts";

/** One place of the index at which rules lie. */
export class RuleSlot {
  /** where it begins in the table, once it is sealed */
  start = 0;
  /** kind -> audience and rule, one after the other in pairs; only until it is sealed */
  groups = new Map<number, number[]>();

  add(rule: number, kind: number, audience: number): void {
    const pairs = this.groups.get(kind);
    if (pairs) pairs.push(audience, rule);
    else this.groups.set(kind, [audience, rule]);
  }
}

const sealed = new Map<number, number[]>();
const slotsPerStep = 200;
// so many numbers are sorted where they are
const shortPairs = 64;

/** Takes a rule that lies at a place that was asked for. */
export interface RuleSink {
  take(rule: number, isDeny: boolean): void;
}

// WHY: so many numbers in a row are read in the time of a search among them
const readAtMost = 128;

/**
 * All places in one table of numbers, so that a place is read in a few lines of the processor's cache: the number of its groups, for
 * each group its kind and where its pairs begin, a header that says where the last ends, and then the pairs by audience.
 */
export class RuleSlots {
  private table = new Int32Array(0);
  private readonly slots: RuleSlot[] = [];

  create(): RuleSlot {
    const slot = new RuleSlot();
    this.slots.push(slot);
    return slot;
  }

  /** Puts every place into the table, in steps; nothing can be added afterwards. */
  *seal(): Generator<undefined> {
    let end = 0;
    for (const slot of this.slots) {
      slot.start = end;
      end += 3 + 2 * slot.groups.size;
      for (const pairs of slot.groups.values()) end += pairs.length;
    }
    this.table = new Int32Array(end);
    let written = 0;
    for (const slot of this.slots) {
      this.write(slot);
      slot.groups = sealed;
      if (++written % slotsPerStep === 0) yield;
    }
    this.slots.length = 0;
  }

  /** Hands to `sink` the rules at `start` that are about the subject and of a kind that was asked for. */
  read(start: number, { belongs, audiences }: KnownSubject, asked: AskedKinds, sink: RuleSink): void {
    const { table } = this;
    const headersEnd = start + 1 + 2 * (table[start] as number);
    for (let header = start + 1; header < headersEnd; header += 2) {
      const asks = asked[table[header] as number];
      if (asks === notAsked) continue;
      const from = table[header + 1] as number;
      // the last header has the end of all where others have their beginning
      const to = table[header + 3] as number;
      const isDeny = asks === asksDeny;
      if (to - from <= readAtMost || audiences.length * 16 > to - from) {
        for (let at = from; at < to; at += 2) {
          if (belongs[table[at] as number] === 1) sink.take(table[at + 1] as number, isDeny);
        }
      } else {
        for (const audience of audiences) {
          for (let at = this.search(from, to, audience); at < to && table[at] === audience; at += 2) {
            sink.take(table[at + 1] as number, isDeny);
          }
        }
      }
    }
  }

  /** Where the first pair with `audience` or a later one is. */
  private search(from: number, to: number, audience: number): number {
    let low = 0;
    let high = (to - from) / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.table[from + 2 * middle] as number) < audience) low = middle + 1;
      else high = middle;
    }
    return from + 2 * low;
  }

  private write({ start, groups }: RuleSlot): void {
    const { table } = this;
    table[start] = groups.size;
    let header = start + 1;
    let at = start + 3 + 2 * groups.size;
    for (const [kind, pairs] of groups) {
      table[header] = kind;
      table[header + 1] = at;
      header += 2;
      sortPairs(pairs);
      for (const number of pairs) table[at++] = number;
    }
    table[header + 1] = at;
  }
}

/** By audience; rules come in the order of their numbers, and keep it. */
function sortPairs(pairs: number[]): void {
  if (pairs.length <= 2) return;
  if (pairs.length <= shortPairs) {
    for (let end = 2; end < pairs.length; end += 2) {
      const [audience = 0, rule = 0] = [pairs[end], pairs[end + 1]];
      let at = end - 2;
      for (; at >= 0 && (pairs[at] ?? 0) > audience; at -= 2) {
        pairs[at + 2] = pairs[at] ?? 0;
        pairs[at + 3] = pairs[at + 1] ?? 0;
      }
      pairs[at + 2] = audience;
      pairs[at + 3] = rule;
    }
    return;
  }
  const sorted: (readonly [audience: number, rule: number])[] = [];
  for (let at = 0; at < pairs.length; at += 2) sorted.push([pairs[at] ?? 0, pairs[at + 1] ?? 0]);
  sorted.sort((a, b) => a[0] - b[0]);
  sorted.forEach(([audience, rule], at) => {
    pairs[2 * at] = audience;
    pairs[2 * at + 1] = rule;
  });
}
