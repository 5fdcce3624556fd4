import type { TableShape } from "../schema-lookup.ts";

/** Strongest last: composing steps keeps the strongest. */
const directSubtypes = ["IDENTITY", "TRANSFORMATION", "AGGREGATION"] as const;
export type DirectSubtype = (typeof directSubtypes)[number];
export type IndirectSubtype = "JOIN" | "FILTER" | "GROUP_BY" | "SORT" | "WINDOW" | "CONDITIONAL";

/** That a value, or the rows, depend on a column of a table. */
export interface Flow {
  readonly table: TableShape;
  readonly column: string;
  readonly type: "DIRECT" | "INDIRECT";
  readonly subtype: DirectSubtype | IndirectSubtype;
  /** the value cannot be read back from the result, on any of the ways it takes */
  readonly masking: boolean;
  /** where the column is named, offset */
  readonly at: number;
  /** for INDIRECT flows: the condition or key it comes through */
  readonly expression: string | undefined;
  /** 1: the text and the schema leave no other reading; less: the likeliest one */
  readonly confidence: number;
}

/** By column and kind. */
export type Flows = ReadonlyMap<string, Flow>;

export const noFlows: Flows = new Map();

/** How much may be derived for one statement; guards against texts made to blow up. */
export interface FlowBudget {
  spend(flows: number): void;
}

/** The flow of a column into itself. */
export function columnFlow(table: TableShape, column: string, at: number): Flows {
  const flow: Flow = {
    table,
    column,
    type: "DIRECT",
    subtype: "IDENTITY",
    masking: false,
    at,
    expression: undefined,
    confidence: 1,
  };
  return new Map([[keyOf(flow), flow]]);
}

/** All of them; what comes twice is kept once and counts as masked only if it is in both. */
export function mergeFlows(budget: FlowBudget, sets: readonly Flows[]): Flows {
  const filled = sets.filter((flows) => flows.size > 0);
  const [first, ...others] = filled;
  if (!first) return noFlows;
  if (others.length === 0) return first;
  const merged = new Map(first);
  let cost = first.size;
  for (const flows of others) {
    cost += flows.size;
    for (const [key, flow] of flows) add(merged, key, flow);
  }
  budget.spend(cost);
  return merged;
}

/** After a function or operator: direct flows become at least `subtype`. */
export function transformFlows(budget: FlowBudget, flows: Flows, subtype: DirectSubtype, masking = false): Flows {
  if (subtype === "IDENTITY" || flows.size === 0) return flows;
  budget.spend(flows.size);
  const result = new Map<string, Flow>();
  for (const flow of flows.values()) {
    if (flow.type === "INDIRECT") add(result, keyOf(flow), flow);
    else {
      const stronger = { ...flow, subtype: strongest(flow.subtype, subtype), masking: flow.masking || masking };
      add(result, keyOf(stronger), stronger);
    }
  }
  return result;
}

/** As something that only steers: all flows become INDIRECT; those that were keep their subtype. */
export function indirectFlows(budget: FlowBudget, flows: Flows, subtype: IndirectSubtype, expression?: string): Flows {
  if (flows.size === 0) return flows;
  budget.spend(flows.size);
  const result = new Map<string, Flow>();
  for (const flow of flows.values()) {
    const indirect: Flow = flow.type === "INDIRECT" ? flow : { ...flow, type: "INDIRECT", subtype, expression };
    add(result, keyOf(indirect), indirect);
  }
  return result;
}

/** Whether two sets hold the same flows; where they were named is not compared. */
export function sameFlows(a: Flows, b: Flows): boolean {
  if (a.size !== b.size) return false;
  for (const [key, flow] of a) if (b.get(key)?.masking !== flow.masking) return false;
  return true;
}

function add(into: Map<string, Flow>, key: string, flow: Flow): void {
  const present = into.get(key);
  if (!present) into.set(key, flow);
  else if ((present.masking && !flow.masking) || present.confidence < flow.confidence) {
    const confidence = Math.max(present.confidence, flow.confidence);
    into.set(key, { ...present, masking: present.masking && flow.masking, confidence });
  }
}

/** As far as that is right; never raises what is known. */
export function withConfidence(budget: FlowBudget, flows: Flows, confidence: number): Flows {
  budget.spend(flows.size);
  return new Map(
    [...flows].map(([key, flow]) => [key, { ...flow, confidence: Math.min(flow.confidence, confidence) }]),
  );
}

/** A part of a structured column: `c` becomes `c.field`; what was made of columns before stays as it is. */
export function fieldFlows(budget: FlowBudget, flows: Flows, fields: readonly string[]): Flows {
  budget.spend(flows.size);
  const result = new Map<string, Flow>();
  for (const flow of flows.values()) {
    const isColumn = flow.type === "DIRECT" && flow.subtype === "IDENTITY";
    const part = isColumn ? { ...flow, column: [flow.column, ...fields].join(".") } : flow;
    add(result, keyOf(part), part);
  }
  return result;
}

function strongest(a: Flow["subtype"], b: DirectSubtype): Flow["subtype"] {
  const rank = (subtype: string): number => (directSubtypes as readonly string[]).indexOf(subtype);
  return rank(a) > rank(b) ? a : b;
}

function keyOf(flow: Flow): string {
  return `${flow.subtype}\0${flow.table.catalog ?? ""}\0${flow.table.schema ?? ""}\0${flow.table.name}\0${flow.column}`;
}
