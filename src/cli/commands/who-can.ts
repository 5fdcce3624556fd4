import type {
  AllowedActionConnection,
  AllowedObjectConnection,
  AllowedSubject,
  AllowedSubjectConnection,
  DecidingRule,
  WhatCan,
} from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";

const pageSize = 100;

interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

const whoCanQuery = /* GraphQL */ `
  query WhoCan($predicate: String!, $object: ObjectInput!, $type: String, $first: Int!, $after: String) {
    whoCan(predicate: $predicate, object: $object, type: $type, first: $first, after: $after) {
      edges { node { id type tags because { id policy effect reason at } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** Prints everybody who may do it, and by which rules. */
export async function whoCan(
  context: CommandContext,
  predicate: string,
  object: string,
  options: { readonly tag: readonly string[]; readonly type?: string; readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const variables = {
    predicate,
    object: { path: object, ...(options.tag.length > 0 && { tags: options.tag }) },
    ...(options.type !== undefined && { type: options.type }),
  };
  const found = await readAll<AllowedSubject>(async (page) => {
    const answer = await context.client.query<{ whoCan: AllowedSubjectConnection }>(whoCanQuery, {
      ...variables,
      ...page,
    });
    return answer.whoCan;
  });
  context.print(
    render(format, found, () => {
      if (found.length === 0) return "nobody";
      return formatTable(
        ["SUBJECT", "TYPE", "BY"],
        found.map(({ id, type, because }) => [id, type, placesOf(because)]),
      );
    }),
  );
}

const whatCanQuery = /* GraphQL */ `
  query WhatCan($subject: String) {
    whatCan(subject: $subject) {
      policyVersion
      classes { type predicate allowed examined more because { id policy effect reason at } }
    }
  }
`;
const objectsQuery = /* GraphQL */ `
  query WhatCanObjects($subject: String, $predicate: String!, $type: String, $first: Int!, $after: String) {
    searchResources(subject: $subject, predicate: $predicate, type: $type, first: $first, after: $after) {
      edges { node { path type because { id policy effect reason at } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const actionsQuery = /* GraphQL */ `
  query WhatCanActions($subject: String, $object: ObjectInput!, $first: Int!, $after: String) {
    searchActions(subject: $subject, object: $object, first: $first, after: $after) {
      edges { node { predicate because { id policy effect reason at } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** Prints what somebody may do: a summary, the objects for one predicate, or the actions on one object. */
export async function whatCan(
  context: CommandContext,
  user: string | undefined,
  options: { readonly predicate?: string; readonly type?: string; readonly object?: string; readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { predicate, type, object } = options;
  const subject = user === undefined ? {} : { subject: user };
  if (object !== undefined) {
    const found = await readAll(async (page) => {
      const variables = { ...subject, object: { path: object }, ...page };
      const answer = await context.client.query<{ searchActions: AllowedActionConnection }>(actionsQuery, variables);
      return answer.searchActions;
    });
    const rows = found.map(({ predicate: action, because }) => [action, placesOf(because)]);
    context.print(render(format, found, () => (rows.length === 0 ? "nothing" : formatTable(["ACTION", "BY"], rows))));
    return;
  }
  if (predicate !== undefined) {
    const found = await readAll(async (page) => {
      const variables = { ...subject, predicate, ...(type !== undefined && { type }), ...page };
      const answer = await context.client.query<{ searchResources: AllowedObjectConnection }>(objectsQuery, variables);
      return answer.searchResources;
    });
    const rows = found.map(({ path, type: kind, because }) => [path, kind ?? "", placesOf(because)]);
    context.print(
      render(format, found, () => (rows.length === 0 ? "nothing" : formatTable(["OBJECT", "TYPE", "BY"], rows))),
    );
    return;
  }
  const { whatCan: summary } = await context.client.query<{ whatCan: WhatCan }>(whatCanQuery, subject);
  context.print(
    render(format, summary, () => {
      const rows = summary.classes
        .filter((row) => type === undefined || row.type === type)
        .map((row) => [row.type, row.predicate, amountOf(row), placesOf(row.because)]);
      return rows.length === 0 ? "nothing" : formatTable(["TYPE", "ACTION", "ON", "BY"], rows);
    }),
  );
}

function amountOf({ allowed, examined, more }: { allowed: number; examined: number; more: boolean }): string {
  if (examined === 0) return "";
  return `${allowed} of ${more ? "the first " : ""}${examined}`;
}

function placesOf(because: readonly DecidingRule[]): string {
  return because.map(({ policy, at }) => `${policy} (${at})`).join(", ");
}

async function readAll<Node>(
  read: (page: { readonly first: number; readonly after?: string }) => Promise<Page<Node>>,
): Promise<readonly Node[]> {
  const found: Node[] = [];
  for (let after: string | undefined; ; ) {
    const { edges, pageInfo } = await read({ first: pageSize, ...(after !== undefined && { after }) });
    for (const { node } of edges) found.push(node);
    if (!pageInfo.hasNextPage || !pageInfo.endCursor) return found;
    after = pageInfo.endCursor;
  }
}
