import { type ColumnType, columnTypeOf, createMask } from "../../heimdall/policy/masks/index.ts";
import type { DataPolicyAnswer } from "../../heimdall/questions/index.ts";
import { formatPlace } from "../errors/user-errors.ts";
import { query } from "../root-field.ts";
import { toRowFilter } from "../row-filter.ts";
import { subjectOf } from "./allowed.ts";
import { actionFor } from "./decision.ts";

type Column = DataPolicyAnswer["columns"][number];
type MaskPolicy = NonNullable<Column["winner"]>;

/** The root field that says what data policies ask of somebody on a dataset. */
export const dataPolicyFields = {
  Query: {
    dataPolicyDecision: query("dataPolicyDecision", (args, context) => ({
      action: actionFor([args], context),
      ask: "once",
      run: async () => {
        const subject = await subjectOf(args.subject, context);
        const asked = { paths: [args.dataset], tags: [], attributes: {} };
        const answer = await context.services.questions.explainDataset(context.call, subject, asked);
        const { dataset, columns, obligations, fault, policyVersion } = answer;
        return {
          dataset: dataset.paths.find((path) => path.startsWith("urn:")) ?? args.dataset,
          known: dataset.columns !== undefined,
          columns: columns.map(toColumn),
          rowFilter: obligations.rowFilter ? toRowFilter(obligations.rowFilter) : null,
          problem: fault ?? null,
          policyVersion,
        };
      },
    })),
  },
};

function toColumn({ column, winner, losers }: Column) {
  const { name, dataType, tags } = column;
  return {
    name,
    dataType,
    tags,
    mask: winner ? toChoice(winner) : null,
    example: winner ? toExample(winner, columnTypeOf(dataType)) : null,
    losers: losers.map(({ policy, why }) => ({ mask: toChoice(policy), why })),
  };
}

function toChoice(policy: MaskPolicy) {
  const { name, operator, options, priority } = policy;
  return { policy: name, at: formatPlace(policy) ?? "", operator, options, priority };
}

const examples: Readonly<Record<Exclude<ColumnType, "other">, string | number | boolean>> = {
  text: "ann.smith@example.com",
  number: 4711,
  date: "1984-05-17",
  timestamp: "1984-05-17T10:22:33Z",
  boolean: true,
};

function toExample(policy: MaskPolicy, type: ColumnType) {
  if (type === "other") return null;
  const value = examples[type];
  return { value, masked: createMask(policy, type)(value) };
}
