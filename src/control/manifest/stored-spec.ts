import { BadInputError } from "../../shared/errors.ts";
import type { ResourceType } from "../ports.ts";
import { withoutNulls } from "./nulls.ts";
import { grammars, type SpecOf } from "./types/index.ts";

/**
 * The section of a stored manifest.
 * @throws {BadInputError} this version of the server does not read it any more
 */
export function readStoredSpec<T extends ResourceType>(
  type: T,
  version: string,
  manifest: Readonly<Record<string, unknown>>,
): SpecOf[T] {
  const { spec, faults } = grammars[type].read(withoutNulls(manifest[type]), version);
  if (spec === undefined || faults.length > 0) {
    throw new BadInputError(
      "the stored manifest is not read by this version of the server; correct it and apply it again",
    );
  }
  return spec;
}
