import { BadInputError } from "../../shared/errors.ts";
import type { ScanScope } from "../ports.ts";
import type { SourceDataset } from "../sources/source-reader.ts";
import { createNameFilter, type NameFilter } from "./name-filter.ts";

/** A scope, compiled. */
export interface ScanFilter {
  readonly database: NameFilter;
  readonly schema: NameFilter;
  readonly table: NameFilter;
  dataset(dataset: Pick<SourceDataset, "name" | "type">): boolean;
}

/** @throws {BadInputError} with every fault of every list */
export function createScanFilter(scope: ScanScope): ScanFilter {
  const faults: BadInputError[] = [];
  const compile = (list: ScanScope["tables"], setting: string): NameFilter => {
    try {
      return createNameFilter(list, setting);
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      faults.push(error);
      return () => false;
    }
  };
  const filter = {
    database: compile(scope.databases, "databaseFilterPattern"),
    schema: compile(scope.schemas, "schemaFilterPattern"),
    table: compile(scope.tables, "tableFilterPattern"),
  };
  const [first, ...others] = faults;
  if (first) {
    throw others.length === 0
      ? first
      : new BadInputError(`${faults.length} filter patterns are wrong`, {
          problems: faults.map(({ message }) => ({ message })),
        });
  }
  return {
    ...filter,
    dataset: ({ name, type }) =>
      (type === "view" || type === "matview" ? scope.includeViews : scope.includeTables) && filter.table(name),
  };
}
