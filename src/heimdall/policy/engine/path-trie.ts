import type { PathPattern } from "./path-patterns.ts";
import type { RuleSlot, RuleSlots } from "./rule-slots.ts";

/** All paths that rules speak of, as one radix trie: a path meets its rules in one walk along its own characters. */
export class PathTrie {
  private readonly root = new TrieNode("");
  private readonly slots: RuleSlots;

  constructor(slots: RuleSlots) {
    this.slots = slots;
  }

  /** Where rules with `pattern` lie; made when first asked for. */
  slotFor({ is, text }: PathPattern): RuleSlot {
    const node = this.nodeFor(text);
    if (is === "exact") {
      node.exact ??= this.slots.create();
      return node.exact;
    }
    node.below ??= this.slots.create();
    return node.below;
  }

  /** Writes where the slots that `path` meets begin into `starts` from `count` on; answers how many are in it then. */
  find(path: string, starts: number[], count: number): number {
    let node = this.root;
    let met = count;
    for (let at = 0; ; at += node.label.length) {
      if (node.below !== undefined) starts[met++] = node.below.start;
      if (at === path.length) {
        if (node.exact !== undefined) starts[met++] = node.exact.start;
        return met;
      }
      const child = node.child(path.charCodeAt(at));
      if (child === undefined) return met;
      if (child.label.length > 1 && !path.startsWith(child.label, at)) return met;
      node = child;
    }
  }

  private nodeFor(text: string): TrieNode {
    let node = this.root;
    for (let at = 0; at < text.length; ) {
      const child = node.child(text.charCodeAt(at));
      if (child === undefined) return node.add(new TrieNode(text.slice(at)));
      let common = 1;
      const { label } = child;
      while (common < label.length && label.charCodeAt(common) === text.charCodeAt(at + common)) common++;
      node = common === label.length ? child : node.split(child, common);
      at += common;
    }
    return node;
  }
}

const scannedAtMost = 12;

class TrieNode {
  /** the characters between the parent and this node; empty for the root only */
  label: string;
  /** rules on this text */
  exact: RuleSlot | undefined = undefined;
  /** rules on what starts with this text */
  below: RuleSlot | undefined = undefined;
  /** first characters of the children's labels, all different; `children` in the same order */
  private codes: number[] = [];
  private children: TrieNode[] = [];
  /** the children once more, where they are many */
  private byCode: Map<number, TrieNode> | undefined = undefined;

  constructor(label: string) {
    this.label = label;
  }

  child(code: number): TrieNode | undefined {
    if (this.byCode !== undefined) return this.byCode.get(code);
    const { codes } = this;
    for (let at = 0; at < codes.length; at++) if (codes[at] === code) return this.children[at];
    return undefined;
  }

  add(child: TrieNode): TrieNode {
    const code = child.label.charCodeAt(0);
    this.codes.push(code);
    this.children.push(child);
    if (this.byCode) this.byCode.set(code, child);
    else if (this.codes.length > scannedAtMost) {
      this.byCode = new Map(this.children.map((each, at) => [this.codes[at] ?? 0, each]));
    }
    return child;
  }

  /** Puts a node between this one and `child`, after `length` characters of its label. */
  split(child: TrieNode, length: number): TrieNode {
    const middle = new TrieNode(child.label.slice(0, length));
    child.label = child.label.slice(length);
    middle.add(child);
    const code = middle.label.charCodeAt(0);
    this.children[this.codes.indexOf(code)] = middle;
    this.byCode?.set(code, middle);
    return middle;
  }
}
