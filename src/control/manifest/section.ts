import type { z } from "zod";

/** A fault of a section: one of the schema's own, or one in words. `path` is below the section. */
export type SectionFault = z.core.$ZodIssue | { readonly path: readonly PropertyKey[]; readonly message: string };

/** What a section was read into. With `faults`, `spec` is at most good for finding more of them. */
export interface SectionReading<Spec> {
  readonly spec: Spec | undefined;
  readonly faults: readonly SectionFault[];
}

/** Reads a section with a schema alone. */
export function readWith<Spec>(schema: z.ZodType<Spec>, given: unknown): SectionReading<Spec> {
  const parsed = schema.safeParse(given);
  return parsed.success ? { spec: parsed.data, faults: [] } : { spec: undefined, faults: [...parsed.error.issues] };
}
