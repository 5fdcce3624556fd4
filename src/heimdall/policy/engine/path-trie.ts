import type { PathPattern } from "./path-patterns.ts";
import { RuleSlot } from "./rule-slots.ts";

/**
 * All paths that rules speak of, as one radix trie: a path meets its rules in one walk along its own characters.
 * WHY two forms: it grows as objects and is then packed into numbers, because a walk from object to object waits for memory at each step.
 */
export class PathTrie {
  private root = new GrowingNode("");
  /**
   * Node after node, a node before what is below it: where its label begins in `labels` and how long it is, where the rules on what starts
   * with its text begin and where those on exactly this text (-1: none), the least first character of its children, and how far these
   * reach: for each character from the least on where its child begins (0: there is none). Where they reach too far, minus how many
   * children it has, their first characters in ascending order, and then where they begin.
   */
  private nodes = new Int32Array(0);
  /** labels without their first character, by which the parent has found the node */
  private labels = new Uint16Array(0);

  /** Where rules with `pattern` lie; made when first asked for. */
  slotFor({ is, text }: PathPattern): RuleSlot {
    const node = this.nodeFor(text);
    if (is === "exact") {
      node.exact ??= new RuleSlot();
      return node.exact;
    }
    node.below ??= new RuleSlot();
    return node.below;
  }

  /** All slots, those of a path near each other. */
  slots(): RuleSlot[] {
    const slots: RuleSlot[] = [];
    for (const { below, exact } of this.inOrder()) {
      if (below !== undefined) slots.push(below);
      if (exact !== undefined) slots.push(exact);
    }
    return slots;
  }

  /** Packs the trie, in steps, once the slots have their places; nothing can be added afterwards. */
  *seal(): Generator<undefined> {
    const order = this.inOrder();
    // WHY: labels like `/dataset` come hundreds of times, and once they stay in the processor's cache
    const labels = new Map<string, number>();
    let size = 0;
    let characters = 0;
    for (const node of order) {
      node.place = size;
      size += headLength + lengthOfChildren(node);
      if (labels.has(node.rest)) continue;
      labels.set(node.rest, characters);
      characters += node.rest.length;
    }
    yield;
    this.labels = new Uint16Array(characters);
    for (const [label, start] of labels) {
      for (let at = 0; at < label.length; at++) this.labels[start + at] = label.charCodeAt(at);
    }
    this.nodes = new Int32Array(size);
    for (const [index, node] of order.entries()) {
      if (index % nodesPerStep === 0) yield;
      this.write(node, labels.get(node.rest) ?? 0);
    }
    this.root = new GrowingNode("");
  }

  /** Writes where the slots that `path` meets begin into `starts` from `count` on; answers how many are in it then. */
  find(path: string, starts: number[], count: number): number {
    const { nodes, labels } = this;
    const { length } = path;
    let met = count;
    let node = 0;
    for (let at = 0; ; ) {
      const below = nodes[node + belowAt] as number;
      if (below >= 0) starts[met++] = below;
      if (at === length) {
        const exact = nodes[node + exactAt] as number;
        if (exact >= 0) starts[met++] = exact;
        return met;
      }
      const code = path.charCodeAt(at);
      const reach = nodes[node + reachAt] as number;
      if (reach >= 0) {
        const offset = code - (nodes[node + leastAt] as number);
        if (offset < 0 || offset >= reach) return met;
        node = nodes[node + headLength + offset] as number;
      } else node = this.search(node + headLength, -reach, code);
      if (node === 0) return met;
      at++;
      const label = nodes[node] as number;
      const end = at + (nodes[node + lengthAt] as number);
      if (end > length) return met;
      for (let next = label; at < end; at++, next++) if (path.charCodeAt(at) !== labels[next]) return met;
    }
  }

  /** Where the child for `code` begins, of `count` children; 0: there is none. */
  private search(from: number, count: number, code: number): number {
    const { nodes } = this;
    let low = from;
    let high = from + count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((nodes[middle] as number) < code) low = middle + 1;
      else high = middle;
    }
    return low < from + count && nodes[low] === code ? (nodes[low + count] as number) : 0;
  }

  private write({ place, rest, below, exact, children }: GrowingNode, label: number): void {
    const { nodes } = this;
    nodes[place] = label;
    nodes[place + lengthAt] = rest.length;
    nodes[place + belowAt] = below?.start ?? -1;
    nodes[place + exactAt] = exact?.start ?? -1;
    const { least, reach } = reachOf(children);
    const isFar = reach > farthest;
    nodes[place + leastAt] = least;
    nodes[place + reachAt] = isFar ? -children.length : reach;
    for (const [index, child] of children.entries()) {
      if (isFar) nodes[place + headLength + index] = child.code;
      nodes[place + headLength + (isFar ? children.length + index : child.code - least)] = child.place;
    }
  }

  /** A node before what is below it, children by their first characters. */
  private inOrder(): GrowingNode[] {
    const order: GrowingNode[] = [];
    const waiting = [this.root];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      order.push(node);
      node.children.sort((a, b) => a.code - b.code);
      for (let at = node.children.length - 1; at >= 0; at--) waiting.push(node.children[at] as GrowingNode);
    }
    return order;
  }

  private nodeFor(text: string): GrowingNode {
    let node = this.root;
    for (let at = 0; at < text.length; ) {
      const child = node.child(text.charCodeAt(at));
      if (child === undefined) return node.add(new GrowingNode(text.slice(at)));
      let common = 1;
      const { label } = child;
      while (common < label.length && label.charCodeAt(common) === text.charCodeAt(at + common)) common++;
      node = common === label.length ? child : node.split(child, common);
      at += common;
    }
    return node;
  }
}

const lengthAt = 1;
const belowAt = 2;
const exactAt = 3;
const leastAt = 4;
const reachAt = 5;
const headLength = 6;
const nodesPerStep = 500;
// letters and digits reach that far
const farthest = 80;
// so many children are looked for one by one
const scannedAtMost = 12;

function reachOf(children: readonly GrowingNode[]): { readonly least: number; readonly reach: number } {
  const least = children[0]?.code ?? 0;
  return { least, reach: children.length === 0 ? 0 : (children.at(-1)?.code ?? least) - least + 1 };
}

function lengthOfChildren({ children }: GrowingNode): number {
  const { reach } = reachOf(children);
  return reach > farthest ? 2 * children.length : reach;
}

class GrowingNode {
  /** the characters between the parent and this node; empty for the root only */
  label: string;
  /** rules on this text */
  exact: RuleSlot | undefined = undefined;
  /** rules on what starts with this text */
  below: RuleSlot | undefined = undefined;
  /** their labels begin with different characters */
  readonly children: GrowingNode[] = [];
  /** where it lies once it is packed */
  place = 0;
  /** the children once more, where they are many */
  private byCode: Map<number, GrowingNode> | undefined = undefined;

  constructor(label: string) {
    this.label = label;
  }

  get code(): number {
    return this.label.charCodeAt(0);
  }

  /** the label without its first character, by which the parent finds it */
  get rest(): string {
    return this.label.slice(1);
  }

  child(code: number): GrowingNode | undefined {
    if (this.byCode !== undefined) return this.byCode.get(code);
    for (const child of this.children) if (child.code === code) return child;
    return undefined;
  }

  add(child: GrowingNode): GrowingNode {
    this.children.push(child);
    if (this.byCode) this.byCode.set(child.code, child);
    else if (this.children.length > scannedAtMost) {
      this.byCode = new Map(this.children.map((each) => [each.code, each]));
    }
    return child;
  }

  /** Puts a node between this one and `child`, after `length` characters of its label. */
  split(child: GrowingNode, length: number): GrowingNode {
    const middle = new GrowingNode(child.label.slice(0, length));
    child.label = child.label.slice(length);
    middle.add(child);
    this.children[this.children.indexOf(child)] = middle;
    this.byCode?.set(middle.code, middle);
    return middle;
  }
}
