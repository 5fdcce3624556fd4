import type { Resource } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { toManifest, toManifestYaml, toStatus } from "../output/manifest-document.ts";
import { render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { parseWord } from "../words.ts";
import { fetchOwnId, fetchResources } from "./fetch-resources.ts";
import { parseSelector, type Selector } from "./selector.ts";
import { nameOf, readTarget, type TargetOptions } from "./target.ts";
import { formatAge } from "./times.ts";

export interface GetOptions extends TargetOptions {
  readonly all?: boolean;
  readonly owner?: string;
  readonly tag: readonly string[];
  readonly selector: readonly string[];
  readonly details?: boolean;
  readonly watch?: boolean;
  readonly refresh?: boolean;
  readonly interval: number;
  readonly refreshRate?: number;
  readonly output: string;
}

const formats = ["table", "wide", "yaml", "json", "name"] as const;
type Format = (typeof formats)[number];
type Wanted = Selector & { readonly name?: string };

/** Lists resources: the caller's own, or everybody's with `all` or a name. YAML is what `apply` takes again. */
export async function get(context: CommandContext, options: GetOptions): Promise<void> {
  const format = parseWord("output format", options.output, formats);
  const [word = options.type, name = options.name] = options.words;
  if (word === "incidents" || word === "incident") {
    const { listIncidents } = await import("./incidents.ts");
    const { workspace, output } = options;
    return listIncidents(context, name, { output, ...(workspace !== undefined && { workspace }) });
  }
  const wanted = await readWanted(context, options);
  if (options.watch || options.refresh) {
    const { watch } = await import("./watch.ts");
    await watch(context, {
      intervalMs: (options.refreshRate ?? options.interval) * 1_000,
      isTable: format === "table" || format === "wide",
      read: () => fetchResources(context, wanted),
      show: (resources) => toText(context, format, resources, false),
    });
    return;
  }
  const resources = await fetchResources(context, wanted);
  context.progress("");
  if (wanted.name !== undefined && resources.length === 0) {
    throw new CommandError(
      `there is no ${wanted.type ?? "resource"} \`${wanted.name}\`, or you may not see it`,
      errorFaces.NOT_FOUND.exit,
    );
  }
  if (options.details) {
    const { describeAll } = await import("./describe.ts");
    await describeAll(context, resources);
    return;
  }
  const text = toText(context, format, resources, wanted.name !== undefined);
  if (text !== "") context.print(text);
  if (format === "table" || format === "wide") explain(context, options, wanted, resources);
}

async function readWanted(context: CommandContext, options: GetOptions): Promise<Wanted> {
  const target = readTarget(options);
  const selector = parseSelector(options.selector);
  const parts = { ...selector, ...target, tags: [...selector.tags, ...options.tag] };
  const owner = options.owner ?? selector.owner;
  if (owner !== undefined) return { ...parts, owner };
  return options.all || target.name !== undefined ? parts : { ...parts, owner: await fetchOwnId(context) };
}

function toText(context: CommandContext, format: Format, resources: readonly Resource[], isOne: boolean): string {
  if (format === "name") return resources.map(nameOf).join("\n");
  if (format === "yaml") return resources.map(toManifestYaml).join("\n---\n");
  if (format === "table" || format === "wide") return toTable(context, resources, format === "wide");
  const shown = resources.map((resource) => ({ ...toManifest(resource), status: toStatus(resource) }));
  return render("json", isOne && shown.length === 1 ? shown[0] : shown, () => "");
}

function toTable({ style }: CommandContext, resources: readonly Resource[], isWide: boolean): string {
  const headers = ["NAME", "VERSION", "TYPE", "WORKSPACE", "STATUS", "RUNTIME", "OWNER"];
  const nowMs = Date.now();
  return formatTable(
    isWide ? [...headers, "PHASE", "GENERATION", "AGE", "TAGS", "MESSAGE"] : headers,
    resources.map((resource) => {
      const { name, version, type, workspace, status, runtime, owner, generation, observedGeneration } = resource;
      const row = [name, version, type, workspace ?? "", status, runtime, owner];
      if (!isWide) return row;
      const seen = observedGeneration === generation ? `${generation}` : `${observedGeneration} of ${generation}`;
      const age = formatAge(nowMs - Date.parse(resource.createdAt));
      return [...row, resource.phase, seen, age, resource.tags.join(","), troublesOf(resource).join("; ")];
    }),
    {
      paint(cell, header) {
        const word = cell.trim();
        if (header !== "STATUS" && header !== "RUNTIME") return cell;
        if (word === "active" || word === "succeeded") return style.good(cell);
        if (word === "error" || word === "failed") return style.bad(cell);
        return word === "pending" || word === "deleted" || word === "cancelled" ? style.warn(cell) : cell;
      },
    },
  );
}

/** Why it does not work, each reason once. */
function troublesOf({ conditions }: Resource): readonly string[] {
  const failing = conditions.filter(({ status, message }) => status === "False" && message !== "");
  return [...new Set(failing.map(({ message }) => message))];
}

/** Says why something does not work, and what an empty list may come from. */
function explain(context: CommandContext, options: GetOptions, wanted: Wanted, resources: readonly Resource[]): void {
  for (const resource of resources)
    for (const message of troublesOf(resource)) context.warn(`${nameOf(resource)}: ${message}`);
  if (resources.length > 0) return;
  const isOwnOnly = !options.all && options.owner === undefined && wanted.name === undefined;
  context.note(isOwnOnly ? "none of your own; add -a for everybody's" : "none that you may see");
}
