import { type ChainHead, sha256 } from "../../audit/index.ts";
import type { AuditRecord } from "../../ports.ts";

/**
 * A segment is a file of lines `<hash> <canonical JSON>`, preallocated with zeros; what does not follow the line before it was never
 * acknowledged.
 */
export function segmentName(chain: string, number: number): string {
  return `${chain}-${String(number).padStart(8, "0")}.journal`;
}

/** Chain and number of a segment's file name. */
export function parseSegmentName(
  name: string,
): { readonly chain: string; readonly number: number; readonly name: string } | undefined {
  const [, chain, number] = /^([0-9a-f-]{36})-(\d{8})\.journal$/.exec(name) ?? [];
  return chain === undefined ? undefined : { chain, number: Number(number), name };
}

/** One record as it stands in a segment. */
export interface Line {
  readonly hash: string;
  readonly content: string;
  readonly record: Omit<AuditRecord, "hash">;
}

const hashLength = 64;

export function formatLine(hash: string, content: string): string {
  return `${hash} ${content}\n`;
}

/** Lines of which it is known that they were written whole. */
export function parseLines(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseLine);
}

function parseLine(line: string): Line {
  const content = line.slice(hashLength + 1);
  return { hash: line.slice(0, hashLength), content, record: JSON.parse(content) as Line["record"] };
}

/** What a process left behind: lines that follow `head`, and whether more than a half-written line stands after them. */
export function readLeftLines(
  text: string,
  head: ChainHead,
): { readonly lines: readonly Line[]; readonly damaged: boolean } {
  const lines: Line[] = [];
  let { seq, hash } = head;
  const end = text.indexOf("\0");
  const candidates = (end === -1 ? text : text.slice(0, end)).split("\n");
  for (const [index, candidate] of candidates.entries()) {
    const line = tryParse(candidate);
    if (!line) return { lines, damaged: index < candidates.length - 1 };
    // moved before the process ended
    if (line.record.seq <= head.seq) continue;
    if (line.record.seq !== seq + 1 || line.record.prevHash !== hash) return { lines, damaged: true };
    lines.push(line);
    seq = line.record.seq;
    hash = line.hash;
  }
  return { lines, damaged: false };
}

function tryParse(text: string): Line | undefined {
  try {
    const line = parseLine(text);
    return line.hash === sha256(line.content) ? line : undefined;
  } catch {
    return undefined;
  }
}
