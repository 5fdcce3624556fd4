import { globMatches } from "./naive-glob.ts";
import type { NaiveDataPolicy } from "./naive-policies.ts";

/** Masks and row filters, decided as DESIGN §4 says; shares nothing with the product. */

export interface NaiveObligations {
  /** column, operator and policy, by column */
  readonly masks: readonly string[];
  /** policies and what they compare, sorted: those that all bind, and those of which one must hold */
  readonly all: readonly string[];
  readonly any: readonly string[];
}

interface Asked {
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly paths: readonly string[];
  readonly columns: readonly { readonly name: string; readonly tags: readonly string[] }[];
}

interface Data {
  readonly type: "mask" | "filter";
  readonly priority?: number;
  readonly selector: {
    readonly user: { readonly match: "any" | "all"; readonly tags: readonly string[] };
    readonly column?: { readonly tags?: readonly string[]; readonly names?: readonly string[] };
  };
  readonly mask?: { readonly operator: string };
  readonly permissive?: boolean;
  readonly filters?: readonly {
    readonly column: string;
    readonly operator: string;
    readonly value?: unknown;
    readonly valueFrom?: { readonly user_attribute: string };
  }[];
}

/** What binds a reader; the names of the row filters that cannot be made, where there are any. */
export function obligeNaively(
  policies: readonly NaiveDataPolicy[],
  asked: Asked,
): NaiveObligations | { readonly faulty: readonly string[] } {
  const matching = policies
    .map(({ name, spec }) => ({ name, data: spec as unknown as Data, scope: spec as Readonly<Record<string, string>> }))
    .filter(({ data, scope }) => isUser(data.selector.user, asked.tags) && isInScope(scope, asked.paths));
  const filters = matching.filter(({ data }) => data.type === "filter");
  const faulty = filters
    .filter(({ data }) =>
      data.filters?.some((part) => part.valueFrom && valueOfPart(part, asked.attributes) === undefined),
    )
    .map(({ name }) => name);
  if (faulty.length > 0) return { faulty };
  const clauses = (permissive: boolean): string[] =>
    filters
      .filter(({ data }) => (data.permissive ?? false) === permissive)
      .map(({ name, data }) => {
        const parts = (data.filters ?? []).map((part) => [
          part.column,
          part.operator,
          valueOfPart(part, asked.attributes),
        ]);
        return JSON.stringify([name, ...parts.map((part) => JSON.stringify(part)).sort()]);
      })
      .sort();
  const masks = asked.columns.flatMap((column) => {
    const selecting = matching.filter(({ data }) => data.type === "mask" && selects(data, column));
    const strongest = Math.min(...selecting.map(({ data }) => data.priority ?? 99));
    const [winner] = selecting
      .filter(({ data }) => (data.priority ?? 99) === strongest)
      .map(({ name, data }) => ({ name, operator: data.mask?.operator ?? "" }))
      .sort((a, b) => weakness(a.operator) - weakness(b.operator) || (a.name < b.name ? -1 : 1));
    return winner && winner.operator !== "pass_through" ? [`${column.name} ${winner.operator} ${winner.name}`] : [];
  });
  return { masks: masks.sort(), all: clauses(false), any: clauses(true) };
}

/** redact > hash > rand_* > regex_replace > bucket_* > pass_through */
function weakness(operator: string): number {
  const order = [/^redact$/, /^hash$/, /^rand_/, /^regex_replace$/, /^bucket_/, /^pass_through$/];
  return order.findIndex((pattern) => pattern.test(operator));
}

function valueOfPart(
  part: { readonly value?: unknown; readonly valueFrom?: { readonly user_attribute: string } },
  attributes: Readonly<Record<string, unknown>>,
): unknown {
  if (!part.valueFrom) return part.value;
  const known = attributes[part.valueFrom.user_attribute];
  return ["string", "number", "boolean"].includes(typeof known) ? known : undefined;
}

function isUser(user: Data["selector"]["user"], tags: readonly string[]): boolean {
  const has = (glob: string): boolean => tags.some((tag) => globMatches(glob, tag, ":"));
  return user.match === "all" ? user.tags.every(has) : user.tags.some(has);
}

function selects({ selector: { column } }: Data, { name, tags }: Asked["columns"][number]): boolean {
  return (
    (column?.names ?? []).some((selected) => selected.toLowerCase() === name.toLowerCase()) ||
    (column?.tags ?? []).some((glob) => tags.some((tag) => globMatches(glob, tag, ":")))
  );
}

/** Any of the dataset's addresses may be the one that the policy means; a database may stand before the schema, with a dot. */
function isInScope(scope: Readonly<Record<string, string>>, paths: readonly string[]): boolean {
  const { depot = "**", collection = "**", dataset = "**", dataset_id: id } = scope;
  if (depot === "**" && collection === "**" && dataset === "**" && id === undefined) return true;
  return paths.flatMap(namesOf).some(([d, c, t]) => {
    const isNamed = globMatches(depot, d, ":/") && globMatches(collection, c, ":/") && globMatches(dataset, t, ":/");
    return isNamed && (id === undefined || id === `${d}.${c}.${t}`);
  });
}

function namesOf(path: string): [depot: string, collection: string, dataset: string][] {
  const udl = /^dataos:\/\/([^:#?]*):?([^/#?]*)\/?([^#?]*)/.exec(path);
  if (udl) {
    const [depot = "", collection = "", dataset = ""] = udl.slice(1);
    const schema = collection.slice(collection.indexOf(".") + 1);
    return [...new Set([collection, schema])].map((name) => [depot, name, dataset]);
  }
  const urn = /^urn:dataos:dataset:([^:#]*):([^#]*)/.exec(path);
  if (!urn) return [];
  const [depot = "", inside = ""] = urn.slice(1);
  const steps = inside.split("/");
  if (steps.length < 3) return [[depot, steps[0] ?? "", steps.slice(1).join("/")]];
  const [database, schema = "", ...table] = steps;
  return [schema, `${database}.${schema}`].map((name) => [depot, name, table.join("/")]);
}
