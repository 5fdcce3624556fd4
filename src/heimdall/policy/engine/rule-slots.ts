import type { KnownSubject } from "./audiences.ts";
import { type AskedKinds, asksDeny, notAsked } from "./rule-kinds.ts";

/** One place of the index at which rules lie. */
export class RuleSlot {
  /** where it begins in the table, once it is sealed */
  start = 0;
  /** kind, audience and rule, one after the other; only until it is sealed */
  entries: number[] = [];

  /** @param rule its number, or `~number` where it lies at other places too */
  add(rule: number, kind: number, audience: number): void {
    this.entries.push(kind, audience, rule);
  }
}

const sealed: number[] = [];
const slotsPerStep = 200;
// WHY: so few rules are read in the time of looking at what kinds there are
const fewRules = 8;

/** Takes a rule that lies at a place that was asked for. */
export interface RuleSink {
  /** @param rule its number, or `~number` where it may come again */
  take(rule: number, isDeny: boolean): void;
}

// WHY: so many numbers in a row are read in the time of a search among them
const readAtMost = 128;

/**
 * All places in one table of numbers, so that a place is read in a few lines of the processor's cache. A place with few rules: how many,
 * and kind, audience and rule of each. One with many: minus the number of its groups, for each group its kind and where its pairs
 * begin, a header that says where the last ends, and then the pairs of audience and rule by audience.
 */
export class RuleSlots {
  private table = new Int32Array(0);

  /** Puts the places into the table, in this order and in steps; nothing can be added to them afterwards. */
  *seal(slots: readonly RuleSlot[]): Generator<undefined> {
    let end = 0;
    for (const slot of slots) {
      slot.start = end;
      end += lengthOf(slot);
    }
    this.table = new Int32Array(end);
    let written = 0;
    for (const slot of slots) {
      if (isFew(slot)) this.writeFew(slot);
      else this.writeGroups(slot);
      slot.entries = sealed;
      if (++written % slotsPerStep === 0) yield;
    }
  }

  /** Hands to `sink` the rules at `start` that are about the subject and of a kind that was asked for. */
  read(start: number, subject: KnownSubject, asked: AskedKinds, sink: RuleSink): void {
    const { table } = this;
    const { belongs } = subject;
    const count = table[start] as number;
    if (count < 0) {
      this.readGroups(start, subject, asked, sink);
      return;
    }
    const end = start + 1 + 3 * count;
    for (let at = start + 1; at < end; at += 3) {
      const asks = asked[table[at] as number];
      if (asks !== notAsked && belongs[table[at + 1] as number] === 1) {
        sink.take(table[at + 2] as number, asks === asksDeny);
      }
    }
  }

  private readGroups(start: number, { belongs, audiences }: KnownSubject, asked: AskedKinds, sink: RuleSink): void {
    const { table } = this;
    const headersEnd = start + 1 - 2 * (table[start] as number);
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

  private writeFew({ start, entries }: RuleSlot): void {
    this.table[start] = entries.length / 3;
    this.table.set(entries, start + 1);
  }

  private writeGroups({ start, entries }: RuleSlot): void {
    const { table } = this;
    const order = Array.from({ length: entries.length / 3 }, (_, index) => 3 * index);
    const numberAt = (index: number): number => entries[index] ?? 0;
    // rules come in the order of their numbers, and keep it
    order.sort((a, b) => numberAt(a) - numberAt(b) || numberAt(a + 1) - numberAt(b + 1));
    const groups = countKinds(entries);
    table[start] = -groups;
    let header = start + 1;
    let at = start + 3 + 2 * groups;
    let former = -1;
    for (const index of order) {
      if (numberAt(index) !== former) {
        former = numberAt(index);
        table[header++] = former;
        table[header++] = at;
      }
      table[at++] = numberAt(index + 1);
      table[at++] = numberAt(index + 2);
    }
    table[header + 1] = at;
  }
}

function isFew({ entries }: RuleSlot): boolean {
  return entries.length <= 3 * fewRules;
}

function lengthOf(slot: RuleSlot): number {
  if (isFew(slot)) return 1 + slot.entries.length;
  return 3 + 2 * countKinds(slot.entries) + (slot.entries.length / 3) * 2;
}

function countKinds(entries: readonly number[]): number {
  const kinds = new Set<number>();
  for (let at = 0; at < entries.length; at += 3) kinds.add(entries[at] ?? 0);
  return kinds.size;
}
