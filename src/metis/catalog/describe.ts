import type { AttributeValue, DecisionObject, ObjectColumn } from "../../shared/decision.ts";
import type { Entity } from "../ports.ts";
import { locate } from "./location.ts";

/**
 * What a policy decides on when it decides on `entity`.
 * - paths: URN, former URNs, UDL addresses (short, and with the database)
 * - tags: its own and those of everything that it is in, `dataos:type:entity`, `dataos:type:<kind>`, `dataos:depot:<depot>`
 * - attributes: `kind name depot database schema dataset datasetType owner owners state qualifiedName`; absent ones are left
 *   out; a column's owners are its dataset's
 *
 * @param columns of a dataset, by position, so that masks can be decided: with their own tags only
 */
export function describeEntity(entity: Entity, columns?: readonly Entity[]): DecisionObject {
  const { database, schema, dataset, udls } = locate(entity.kind, entity.urn);
  const owners = entity.kind === "column" ? entity.inherited.owners : ownersOf(entity);
  const attributes: Record<string, AttributeValue> = { kind: entity.kind, name: entity.name };
  const add = (name: string, value: AttributeValue | undefined): void => {
    if (value !== undefined) attributes[name] = value;
  };
  add("depot", entity.depot);
  add("database", database);
  add("schema", schema);
  add("dataset", dataset);
  add("datasetType", entity.aspects.structure?.datasetType);
  add("owner", owners[0]);
  if (owners.length > 0) attributes.owners = owners;
  add("state", entity.state);
  add("qualifiedName", entity.qualifiedName);
  return {
    id: entity.id,
    type: entity.kind,
    paths: [entity.urn, ...entity.aliases, ...udls],
    tags: [...new Set([...tagsOf(entity), ...entity.inherited.tags, ...derivedTags(entity)])],
    attributes,
    ...(columns === undefined ? {} : { columns: columns.map(describeColumn) }),
  };
}

/** What everything in `container` has in common, known or not: its tags, its depot, and where it lies. */
export function describeInside(container: Entity): Pick<DecisionObject, "tags" | "attributes"> {
  const { tags, attributes } = describeEntity(container);
  const ofType = new Set(derivedTags({ kind: container.kind, depot: undefined }));
  const common = [
    "depot",
    "database",
    "schema",
    ...(container.kind === "dataset" ? ["dataset", "owner", "owners"] : []),
  ];
  return {
    tags: tags.filter((tag) => !ofType.has(tag)),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => common.includes(name))),
  };
}

/** The tags that say what a thing is and where it came from. */
export function derivedTags({ kind, depot }: Pick<Entity, "kind" | "depot">): string[] {
  const tags = ["dataos:type:entity", `dataos:type:${kind}`];
  return depot === undefined ? tags : [...tags, `dataos:depot:${depot}`];
}

/** Merged tags, sorted. */
export function tagsOf(entity: Pick<Entity, "aspects">): readonly string[] {
  return entity.aspects.tags?.tags ?? [];
}

/** Owners in the order they were given. */
export function ownersOf(entity: Pick<Entity, "aspects">): readonly string[] {
  return entity.aspects.ownership?.owners ?? [];
}

function describeColumn(column: Entity): ObjectColumn {
  return { name: column.name, dataType: column.aspects.structure?.dataType ?? "", tags: tagsOf(column) };
}
