import { type GraphqlServices, toSubject } from "../../graphql/index.ts";
import type { CallContext } from "../../heimdall/ports.ts";
import type { DataPolicyAnswer } from "../../heimdall/questions/index.ts";
import type { DecisionObject, RowComparison, Subject } from "../../shared/decision.ts";
import { NotFoundError } from "../../shared/errors.ts";
import { formatUdl } from "../../shared/udl.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import { dataPolicyQuery, dataPolicyRequest, datasetPlace, externalTable } from "./data-policy-bodies.ts";

type Services = Pick<GraphqlServices, "questions" | "identity">;

/** `/heimdall/dp/api/v1/policies/decision…`: gateways ask here what to mask and filter, with the vendor's bodies. */
export function addDataDecisionRoutes(addRoute: AddRoute, services: Services): void {
  const answer = (call: CallContext, userId: string | undefined, object: DecisionObject, dataset: string) => ({
    action:
      userId === undefined || userId === call.subject.id
        ? ("decision.ask" as const)
        : ("decision.askForOthers" as const),
    run: async () => {
      const subject = await findSubject(services, call, userId);
      return toBody(subject, dataset, await services.questions.explainDataset(call, subject, object));
    },
  });

  addRoute("POST /heimdall/dp/api/v1/policies/decision", (call, request) => {
    const { user_id: userId, ...place } = parseBody(dataPolicyRequest, request.body);
    return answer(call, userId ?? undefined, toObject(place), nameOf(place));
  });

  addRoute("GET /heimdall/dp/api/v1/policies/decision/:depot/:collection/:dataset", (call, request) => {
    const place = parseBody(datasetPlace, request.params);
    const { user_id: userId } = parseBody(dataPolicyQuery, request.query);
    return answer(call, userId, toObject(place), nameOf(place));
  });

  addRoute("POST /heimdall/dp/api/v1/policies/decisionExternalTruth", (call, request) => {
    const { id, tags, columns, user_id: userId } = parseBody(externalTable, request.body);
    const object = {
      ...toObject(id),
      tags,
      columns: columns.map(({ name, data_type: dataType, tags: own }) => ({ name, dataType, tags: own })),
    };
    return answer(call, userId ?? undefined, object, nameOf(id));
  });
}

interface Place {
  readonly depot: string;
  readonly collection: string;
  readonly dataset: string;
}

/** A dataset by its place. */
export function toObject({ depot, collection, dataset }: Place): DecisionObject {
  return { paths: [formatUdl({ depot, collection, dataset: [dataset] })], tags: [], attributes: {} };
}

function nameOf({ depot, collection, dataset }: Place): string {
  return `${depot}.${collection}.${dataset}`;
}

async function findSubject({ identity }: Services, call: CallContext, userId: string | undefined): Promise<Subject> {
  if (userId === undefined || userId === call.subject.id) return call.subject;
  const user = await identity.findUser(userId);
  if (user) return toSubject(user);
  throw new NotFoundError(`no user \`${userId.slice(0, 100)}\``);
}

/**
 * The vendor's Decision. Its `filter` is a list that must all hold; where policies are `permissive` it asks for more than they
 * do, and `row_filter` says exactly what.
 */
function toBody(subject: Subject, dataset: string, { columns, obligations, fault, policyVersion }: DataPolicyAnswer) {
  const { masks, rowFilter } = obligations;
  const clauses = rowFilter ? [...rowFilter.all, ...rowFilter.any] : [];
  return {
    dataset,
    user: { id: subject.id, tags: subject.tags },
    // SECURITY: without a filter that can be made, nothing of the data may be seen
    masks: Object.fromEntries(
      fault === undefined
        ? [...masks].map(([column, { operator, options, policy }]) => [
            column,
            { operator, [operator]: options, policy },
          ])
        : columns.map(({ column }) => [column.name, { operator: "redact", redact: {} }]),
    ),
    filter: clauses.flatMap(({ comparisons, policy }) => comparisons.map((comparison) => toFilter(comparison, policy))),
    ...(rowFilter ? { row_filter: { all: rowFilter.all.map(toClause), any: rowFilter.any.map(toClause) } } : {}),
    policy_version: policyVersion,
    ...(fault === undefined ? {} : { error: { status: 403, message: fault } }),
  };
}

function toFilter({ column, operator, value }: RowComparison, policy: string) {
  return { column, operator, value, policy };
}

function toClause({
  comparisons,
  policy,
}: {
  readonly comparisons: readonly RowComparison[];
  readonly policy: string;
}) {
  return { comparisons, policy };
}
