import type { Resource } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { createPatience } from "./patience.ts";
import { nameOf } from "./target.ts";

export interface WatchOptions {
  readonly intervalMs: number;
  /** a table is drawn anew on a terminal; everything else, and elsewhere, adds lines for what changed */
  readonly isTable: boolean;
  read(): Promise<readonly Resource[]>;
  show(resources: readonly Resource[]): string;
}

/** Shows resources and, until it is interrupted, what changes. A server that restarts is waited for. */
export async function watch(context: CommandContext, options: WatchOptions): Promise<void> {
  const patience = createPatience(context);
  const redraws = options.isTable && context.columns !== undefined;
  let height = 0;
  const known = new Map<string, { readonly mark: string; readonly resource: Resource }>();
  let isFirst = true;
  for (;;) {
    const resources = await patience.ask(options.read);
    if (resources) {
      const marks = new Map(resources.map((resource) => [resource.urn, { mark: JSON.stringify(resource), resource }]));
      const changed = resources.filter(({ urn }) => known.get(urn)?.mark !== marks.get(urn)?.mark);
      const gone = [...known].filter(([urn]) => !marks.has(urn)).map(([, { resource }]) => resource);
      if (isFirst || changed.length + gone.length > 0) {
        if (redraws) height = redraw(context, options.show(resources), height);
        else tell(context, options, changed, gone, isFirst);
      }
      known.clear();
      for (const [urn, value] of marks) known.set(urn, value);
      isFirst = false;
    }
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs));
  }
}

/** Draws over the `before` lines that were drawn last. @returns how many lines stand there now */
function redraw(context: CommandContext, table: string, before: number): number {
  const rows = (process.stdout.rows ?? 24) - 1;
  const lines = table.split("\n");
  const cut = lines.length > rows ? [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more lines`] : lines;
  const up = before > 0 ? `\u001b[${before}A\r` : "";
  // each line takes away what stood behind it, and the last what stood below: nothing flickers
  context.print(`${up}${cut.map((line) => `${line}\u001b[K`).join("\n")}\u001b[J`);
  return cut.length;
}

function tell(
  context: CommandContext,
  { isTable, show }: WatchOptions,
  changed: readonly Resource[],
  gone: readonly Resource[],
  isFirst: boolean,
): void {
  if (changed.length > 0 || isFirst) {
    const text = show(changed);
    // the header once
    const shown = isTable && !isFirst ? text.slice(text.indexOf("\n") + 1) : text;
    if (shown !== "") context.print(shown);
  }
  for (const resource of gone) context.note(`${nameOf(resource)} is gone`);
}
