import { z } from "zod";
import type { Attributes } from "../shared/decision.ts";

const maxDepth = 32;

/** A JSON object of at most 32 levels. */
export const attributesSchema: z.ZodType<Attributes> = z
  .custom<Attributes>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
    message: "expected a JSON object",
  })
  .refine((value) => isShallow(value, maxDepth), { message: `expected at most ${maxDepth} levels` });

/** SECURITY: what reads the attributes later may walk them recursively. */
function isShallow(value: object, levels: number): boolean {
  for (const key in value) {
    const part: unknown = value[key as keyof typeof value];
    if (typeof part === "object" && part !== null && (levels === 0 || !isShallow(part, levels - 1))) return false;
  }
  return true;
}
