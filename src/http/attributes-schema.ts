import { z } from "zod";
import type { Attributes, AttributeValue } from "../shared/decision.ts";

const maxDepth = 32;

/** A JSON object of at most 32 levels. */
export const attributesSchema: z.ZodType<Attributes> = z
  .custom<Attributes>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
    message: "expected a JSON object",
  })
  .refine(isShallow, { message: `expected at most ${maxDepth} levels` });

/** SECURITY: what reads the attributes later may walk them recursively. */
function isShallow(value: AttributeValue): boolean {
  let level: readonly AttributeValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return false;
    level = level.flatMap((part): readonly AttributeValue[] =>
      typeof part === "object" && part !== null ? Object.values(part) : [],
    );
  }
  return true;
}
