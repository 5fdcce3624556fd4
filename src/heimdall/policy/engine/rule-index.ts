import type { DecisionObject } from "../../../shared/decision.ts";
import { compileGlob, expandBraces } from "../../../shared/glob.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import { isRuledOut, type SubjectRules } from "./subject-memo.ts";

/**
 * Rules by what they say of objects, so that a request meets only rules that can be about its object: rules with paths lie under
 * the literal text their globs start with, cut at a separator; rules with tags only under one literal tag; the rest in one list.
 * INVARIANT: candidates are a superset of the rules that match; the caller checks each.
 */
export interface RuleIndex {
  /** Calls `visit` once for each candidate that `subject` is not known to rule out, in no order. */
  candidates(object: DecisionObject, subject: SubjectRules, visit: (rule: CompiledRule) => void): void;
}

/** @param all every rule, by number; `rules` are those of this index */
export function createRuleIndex(rules: readonly CompiledRule[], all: readonly CompiledRule[]): RuleIndex {
  const byPath = new Map<string, number[]>();
  const byTag = new Map<string, number[]>();
  const everywhere: number[] = [];
  for (const rule of rules) {
    for (const [map, key] of keysOf(rule)) {
      const list = map === "path" ? byPath : map === "tag" ? byTag : undefined;
      if (list === undefined || key === "") everywhere.push(rule.number);
      else add(list, key, rule.number);
    }
  }
  // the turn at which each rule was last visited, because a rule may lie under several keys
  const seen = new Float64Array(rules.length === 0 ? 0 : all.length);
  let turn = 0;
  return {
    candidates(object, subject, visit) {
      turn++;
      const meet = (numbers: readonly number[] | undefined): void => {
        if (numbers === undefined) return;
        for (const number of numbers) {
          // WHY: numbers first, because to look at a rule is to miss the processor's cache
          if (isRuledOut(subject, number) || seen[number] === turn) continue;
          seen[number] = turn;
          const rule = all[number];
          if (rule) visit(rule);
        }
      };
      meet(everywhere);
      if (byPath.size > 0) {
        for (const path of object.paths) {
          meet(byPath.get(path));
          for (let at = 0; at < path.length; at++) {
            if (isBoundary(path.charCodeAt(at))) meet(byPath.get(path.slice(0, at + 1)));
          }
        }
      }
      if (byTag.size > 0) for (const tag of object.tags) meet(byTag.get(tag));
    },
  };
}

type Key = readonly [map: "path" | "tag" | "everywhere", key: string];

function keysOf(rule: CompiledRule): readonly Key[] {
  if (rule.paths) {
    const keys = new Set(rule.paths.flatMap((glob) => expandBraces(glob.glob).map(pathKey)));
    return keys.has("") ? [["everywhere", ""]] : [...keys].map((key) => ["path", key] as const);
  }
  const keys = new Set((rule.tags ?? []).map((all) => all.find((glob) => glob.literal !== undefined)?.literal ?? ""));
  return keys.size === 0 || keys.has("") ? [["everywhere", ""]] : [...keys].map((key) => ["tag", key] as const);
}

/** The whole text of a glob without wildcards, else what its matches start with up to the last separator. */
function pathKey(glob: string): string {
  const { literal, prefix } = compileGlob(glob, "path");
  if (literal !== undefined) return literal;
  let end = prefix.length;
  while (end > 0 && !isBoundary(prefix.charCodeAt(end - 1))) end--;
  return prefix.slice(0, end);
}

// `:` `/` `#`
function isBoundary(char: number): boolean {
  return char === 58 || char === 47 || char === 35;
}

function add(map: Map<string, number[]>, key: string, number: number): void {
  const list = map.get(key);
  if (list) list.push(number);
  else map.set(key, [number]);
}
