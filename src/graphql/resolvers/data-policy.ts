import { type ColumnType, columnTypeOf, createMask } from "../../heimdall/policy/masks/index.ts";
import type { Authorized } from "../../heimdall/ports.ts";
import type { DataPolicyAnswer } from "../../heimdall/questions/index.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import type { GraphqlContext } from "../context.ts";
import { formatPlace } from "../errors/user-errors.ts";
import { query } from "../root-field.ts";
import { toRowFilter } from "../row-filter.ts";
import { subjectOf } from "./allowed.ts";
import { actionFor, isCaller } from "./decision.ts";
import { absentAsNull } from "./node.ts";

type Column = DataPolicyAnswer["columns"][number];
type MaskPolicy = NonNullable<Column["winner"]>;

/** The root field that says what data policies ask of somebody on a dataset. */
export const dataPolicyFields = {
  Query: {
    dataPolicyDecision: query("dataPolicyDecision", (args, context) => ({
      action: actionFor([args], context),
      ask: "once",
      run: async (_auth: unknown, reading: Authorized<"entity.read">) => {
        const subject = await subjectOf(args.subject, context);
        const asked = { paths: [args.dataset], tags: [], attributes: {} };
        const answer = await context.services.questions.explainDataset(context.call, subject, asked);
        const { dataset, columns, obligations, fault, policyVersion } = answer;
        const hidden = isCaller(args.subject, context.call.subject.id)
          ? await findHidden(dataset, args.dataset, reading, context)
          : noneHidden;
        const { rowFilter } = obligations;
        const clauses = [...(rowFilter?.all ?? []), ...(rowFilter?.any ?? [])];
        const hidesFilter = clauses.some(({ comparisons }) =>
          comparisons.some(({ column }) => hidden.columns.has(column)),
        );
        return {
          dataset: (hidden.dataset ? undefined : dataset.paths.find((path) => path.startsWith("urn:"))) ?? args.dataset,
          known: dataset.columns !== undefined && !hidden.dataset,
          columns: columns.filter(({ column }) => !hidden.columns.has(column.name)).map(toColumn),
          rowFilter: rowFilter && !hidesFilter ? toRowFilter(rowFilter) : null,
          problem: fault ?? (hidesFilter ? "there is a row filter, on columns that you may not see" : null),
          policyVersion,
        };
      },
    })),
  },
};

interface Hidden {
  readonly dataset: boolean;
  readonly columns: ReadonlySet<string>;
}
const noneHidden: Hidden = { dataset: false, columns: new Set() };

/**
 * SECURITY: everybody may ask about themselves, and is not told by it what there is; who may ask for others is told all that a
 * decision rests on, masks included, as in every other answer.
 */
async function findHidden(
  known: DecisionObject,
  asked: string,
  reading: Authorized<"entity.read">,
  { services, loaders }: GraphqlContext,
): Promise<Hidden> {
  const all = (known.columns ?? []).map(({ name }) => name);
  const entity = await absentAsNull(services.catalog.getEntity(reading, asked));
  if (!entity) return { dataset: true, columns: new Set(all) };
  const visible = new Set((await loaders.columns(reading, entity.urn)).map(({ name }) => name));
  return { dataset: false, columns: new Set(all.filter((name) => !visible.has(name))) };
}

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
