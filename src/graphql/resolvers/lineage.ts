import { BadInputError } from "../../shared/errors.ts";
import { given } from "../given.ts";
import { query } from "../root-field.ts";

const maxDepth = 50;
const maxNodes = 10_000;
const maxImpact = 100_000;

/** Root fields of lineage. */
export const lineageFields = {
  Query: {
    lineage: query("lineage", async (auth, args, { services }, trace) => {
      const { of, direction, depth, maxNodes: nodes, granularity, minSeq } = args;
      checkRange("depth", depth, maxDepth);
      checkRange("maxNodes", nodes, maxNodes);
      const request = {
        of,
        direction,
        depth,
        granularity: granularity ?? granularityOf(of),
        maxNodes: nodes,
        ...given("minSeq", minSeq),
      } as const;
      const result = await services.catalog.lineage(auth, request, trace);
      const { completeness } = result;
      return {
        ...result,
        edges: result.edges.map((edge) => ({ ...edge, expression: edge.expression ?? null })),
        completeness:
          completeness.state === "complete" ? { state: completeness.state, reason: null, frontier: [] } : completeness,
      };
    }),
    impact: query("impact", async (auth, args, { services }, trace) => {
      const { of, direction, granularity, maxCount, minSeq } = args;
      checkRange("maxCount", maxCount, maxImpact);
      const request = {
        of,
        direction,
        granularity: granularity ?? granularityOf(of),
        maxNodes: maxCount,
        ...given("minSeq", minSeq),
      };
      const { completeness, ...counts } = await services.catalog.impact(auth, request, trace);
      return {
        ...counts,
        state: completeness.state,
        reason: completeness.state === "truncated" ? completeness.reason : null,
      };
    }),
  },
};

/** A column is traced as a column unless the caller says otherwise. */
function granularityOf(of: string): "COLUMN" | "DATASET" {
  return of.includes("#") ? "COLUMN" : "DATASET";
}

function checkRange(name: string, value: number, max: number): void {
  if (value >= 1 && value <= max) return;
  throw new BadInputError(`\`${name}\` is ${value}, expected 1 to ${max}`);
}
