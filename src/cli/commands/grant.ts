import { randomUUID } from "node:crypto";
import { stringify } from "yaml";
import type {
  ApplyResourcesPayload,
  GrantRequest,
  GrantRequestConnection,
  GrantRequestPayload,
} from "../../graphql/generated/schema-types.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { assertNoUserErrors } from "./user-errors.ts";

const fields =
  "name state useCase subjects values requester creator notes until duration singleUse createdAt decidedBy decidedAt decisionNotes usedAt";
const errors = "userErrors { at field message code }";

/** Prints requests for grants, by name. */
export async function listGrants(
  context: CommandContext,
  options: { readonly state?: string; readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const requests: GrantRequest[] = [];
  for (let after: string | null | undefined = null; after !== undefined; ) {
    const { grantRequests }: { grantRequests: GrantRequestConnection } = await context.client.query(
      `query Requests($state: String, $after: String) { grantRequests(state: $state, first: 100, after: $after) { edges { node { ${fields} } } pageInfo { hasNextPage endCursor } } }`,
      { state: options.state, after },
    );
    requests.push(...grantRequests.edges.map(({ node }) => node));
    after = grantRequests.pageInfo.hasNextPage ? grantRequests.pageInfo.endCursor : undefined;
  }
  context.print(
    render(format, requests, () =>
      formatTable(
        ["NAME", "STATE", "USE-CASE", "SUBJECTS", "REQUESTER", "UNTIL", "DECIDED BY", "NOTES"],
        requests.map((request) => [
          request.name,
          request.state,
          request.useCase,
          request.subjects.join(" "),
          request.requester,
          request.until ?? request.duration ?? "",
          request.decidedBy ?? "",
          request.decisionNotes ?? request.notes ?? "",
        ]),
      ),
    ),
  );
}

/** Approves or rejects a request; refused for one's own. */
export async function decideGrant(
  context: CommandContext,
  name: string,
  approve: boolean,
  options: { readonly notes?: string },
): Promise<void> {
  const field = approve ? "approveGrant" : "rejectGrant";
  const answer = await context.client.query<Record<typeof field, GrantRequestPayload>>(
    `mutation Decide($input: DecideGrantInput!) { ${field}(input: $input) { grantRequest { ${fields} } ${errors} } }`,
    { input: { name, notes: options.notes } },
  );
  const { grantRequest, userErrors } = answer[field];
  assertNoUserErrors(userErrors, `grant/${name} was not ${approve ? "approved" : "rejected"}`);
  const until = grantRequest?.until ? `, until ${grantRequest.until}` : "";
  context.print(`${approve ? "approved" : "rejected"}   grant/${name}${approve ? until : ""}`);
}

export interface RequestOptions {
  readonly subject: readonly string[];
  readonly value: readonly string[];
  readonly name?: string;
  readonly notes?: string;
  readonly until?: string;
  readonly duration?: string;
  readonly singleUse?: boolean;
}

/** Asks for a grant of a use-case, for oneself where no subject is named. */
export async function requestGrant(context: CommandContext, useCase: string, options: RequestOptions): Promise<void> {
  const { me } = await context.client.query<{ me: { id: string } }>("query Me { me { id } }");
  const name = options.name ?? `${useCase.slice(0, 39)}-${randomUUID().slice(0, 8)}`;
  const { notes, until, duration } = options;
  const manifest = {
    name,
    version: "v1alpha",
    type: "grant",
    grant: {
      policy_use_case_id: useCase,
      subjects: options.subject.length > 0 ? options.subject : [`users:id:${me.id}`],
      ...(options.value.length > 0 && { values: toValues(options.value) }),
      requester: me.id,
      ...(notes !== undefined && { notes }),
      ...(until !== undefined && { until }),
      ...(duration !== undefined && { duration }),
      ...(options.singleUse && { single_use: true }),
      approve: false,
    },
  };
  const { applyResources } = await context.client.query<{ applyResources: ApplyResourcesPayload }>(
    `mutation Request($input: ApplyResourcesInput!) { applyResources(input: $input) { ${errors} } }`,
    { input: { documents: [{ file: "request", text: stringify(manifest) }], disableInterpolation: true } },
  );
  assertNoUserErrors(applyResources.userErrors, "nothing was requested");
  context.print(`requested   grant/${name}\nsomebody else approves it: dataos-ctl grant approve ${name}`);
}

/** `read-dataset.depot=sales` … as atom id -> one set of values. */
function toValues(pairs: readonly string[]): Record<string, Record<string, string>[]> {
  const sets = new Map<string, Record<string, string>>();
  for (const pair of pairs) {
    const [, atom, variable, value] = /^([^.=\s]+)\.([A-Za-z_][A-Za-z0-9_]*)=(.+)$/s.exec(pair) ?? [];
    if (atom === undefined || variable === undefined || value === undefined) {
      throw new CommandError(
        `\`${pair}\` is no value; expected ATOM.VARIABLE=VALUE like \`read-dataset.depot=sales\``,
        2,
      );
    }
    sets.set(atom, { ...sets.get(atom), [variable]: value });
  }
  return Object.fromEntries([...sets].map(([atom, values]) => [atom, [values]]));
}
