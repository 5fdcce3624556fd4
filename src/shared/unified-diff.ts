const contextLines = 3;
const maxCells = 4_000_000;

/** Unified diff of two texts; empty where they are equal. `before` undefined: there was none; `after` undefined: there is none. */
export function unifiedDiff(name: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const old = before === undefined ? [] : toLines(before);
  const lines = compare(old, after === undefined ? [] : toLines(after));
  const hunks = toHunks(lines);
  const head = [
    before === undefined ? "--- /dev/null" : `--- ${name}`,
    after === undefined ? "+++ /dev/null" : `+++ ${name}`,
  ];
  return `${[...head, ...hunks].join("\n")}\n`;
}

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

function toLines(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function compare(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const same = (text: string): Line => ({ mark: " ", text });
  return [
    ...before.slice(0, start).map(same),
    ...compareMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** Longest common subsequence; texts too big for it are shown as replaced. */
function compareMiddle(before: readonly string[], after: readonly string[]): Line[] {
  const removed = (text: string): Line => ({ mark: "-", text });
  const added = (text: string): Line => ({ mark: "+", text });
  if (before.length * after.length > maxCells) return [...before.map(removed), ...after.map(added)];
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const left = before[i];
    const right = after[j];
    if (left !== undefined && left === right) {
      lines.push({ mark: " ", text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(left));
      i++;
    } else {
      lines.push(added(right ?? ""));
      j++;
    }
  }
  return lines;
}

function toHunks(lines: readonly Line[]): string[] {
  const changed = lines.flatMap(({ mark }, index) => (mark === " " ? [] : [index]));
  const out: string[] = [];
  for (let k = 0; k < changed.length; ) {
    const from = Math.max(0, (changed[k] ?? 0) - contextLines);
    let last = changed[k] ?? 0;
    while (k < changed.length && (changed[k] ?? 0) - last <= 2 * contextLines) last = changed[k++] ?? 0;
    const hunk = lines.slice(from, last + contextLines + 1);
    const count = (mark: "-" | "+", part: readonly Line[]): number => part.filter((line) => line.mark !== mark).length;
    const ahead = lines.slice(0, from);
    const oldSize = count("+", hunk);
    const newSize = count("-", hunk);
    const oldStart = count("+", ahead) + (oldSize > 0 ? 1 : 0);
    const newStart = count("-", ahead) + (newSize > 0 ? 1 : 0);
    out.push(`@@ -${oldStart},${oldSize} +${newStart},${newSize} @@`, ...hunk.map(({ mark, text }) => mark + text));
  }
  return out;
}
