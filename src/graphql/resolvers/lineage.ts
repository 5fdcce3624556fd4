import { BadInputError } from "../../shared/errors.ts";
import { given } from "../given.ts";
import { query } from "../root-field.ts";

const maxDepth = 50;
const maxNodes = 10_000;

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
        // a column is traced as a column unless the caller says otherwise
        granularity: granularity ?? (of.includes("#") ? "COLUMN" : "DATASET"),
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
  },
};

function checkRange(name: string, value: number, max: number): void {
  if (value >= 1 && value <= max) return;
  throw new BadInputError(`\`${name}\` is ${value}, expected 1 to ${max}`);
}
