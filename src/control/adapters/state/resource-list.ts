import { type Kysely, sql } from "kysely";
import { matchesFilter, type ObjectFilter } from "../../../shared/object-filter.ts";
import { isReservedTag } from "../../describe.ts";
import type { ResourceFilter } from "../../ports.ts";
import type { ResourcePage, StoredResource } from "../../stores.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { toCondition } from "./object-filter.ts";
import { toResource } from "./rows.ts";
import type { ControlTables } from "./tables.ts";

/** rows read at once where much is hidden */
const maxBatch = 1000;

/** One page of live resources, by type, workspace and name. @throws {BadInputError} `after` is no cursor of this list */
export async function listResources(
  db: Kysely<ControlTables>,
  filter: ResourceFilter,
  visible: ObjectFilter,
  { first, after }: { readonly first: number; readonly after: string | undefined },
): Promise<ResourcePage> {
  let query = db
    .selectFrom("control_resources")
    .selectAll()
    .where("gone", "=", "")
    .where((eb) => toCondition(visible, eb).where)
    .orderBy("type")
    .orderBy("workspace")
    .orderBy("name");
  if (filter.type !== undefined) query = query.where("type", "=", filter.type);
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  if (filter.workspace !== undefined) query = query.where("workspace", "=", filter.workspace);
  if (filter.owner !== undefined) query = query.where("owner", "=", filter.owner);
  for (const tag of filter.tags ?? []) {
    // what users write below `dataos:` is shown, and is no label; it is looked at below
    if (isReservedTag(tag)) continue;
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom("control_labels")
          .select(sql`1`.as("one"))
          .whereRef("control_labels.uid", "=", "control_resources.uid")
          .where("kind", "=", "tag")
          .where("label", "=", tag),
      ),
    );
  }
  const items: { cursor: string; node: StoredResource }[] = [];
  let from = after === undefined ? undefined : fromCursor(after, 3);
  for (let batch = first + 1; ; batch = Math.min(2 * batch, maxBatch)) {
    const start = from;
    const page = start
      ? query.where((eb) =>
          eb(eb.refTuple("type", "workspace", "name"), ">", eb.tuple(start[0] ?? "", start[1] ?? "", start[2] ?? "")),
        )
      : query;
    const rows = await page.limit(batch).execute();
    for (const row of rows) {
      from = [row.type, row.workspace, row.name];
      const node = toResource(row);
      if (!matchesFilter(visible, node.object)) continue;
      if (filter.tags?.some((tag) => !node.tags.includes(tag) && !node.object.tags.includes(tag))) continue;
      if (items.length === first) return { items, hasNextPage: true };
      items.push({ cursor: toCursor(from), node });
    }
    if (rows.length < batch) return { items, hasNextPage: false };
  }
}
