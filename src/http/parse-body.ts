import type { z } from "zod";
import { BadInputError } from "../shared/errors.ts";

/** The body as `schema` reads it. @throws {BadInputError} with every fault by its field */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 20).map((issue) => {
    const field = issue.path.map(String).join(".") || "body";
    return { field, message: `\`${field}\`: ${lowerFirst(issue.message)}` };
  });
  throw new BadInputError(problems.map(({ message }) => message).join("; "), { problems });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
