/** Bodies of the AuthZEN Authorization API 1.0. @see https://openid.net/specs/authorization-api-1_0.html */
import { z } from "zod";
import { attributesSchema } from "../attributes-schema.ts";

const maxNameLength = 4_096;
const name = z.string().min(1).max(maxNameLength);
const properties = attributesSchema.optional();
const subject = z.object({ type: name, id: name, properties });
const action = z.object({ name, properties });
const resource = z.object({ type: name, id: name, properties });

/** One question. */
export const evaluationRequest = z.object({ subject, action, resource, context: attributesSchema.optional() });
export type Evaluation = z.infer<typeof evaluationRequest>;

/** Whether the rest is still answered. */
export const semantics = ["execute_all", "deny_on_first_deny", "permit_on_first_permit"] as const;

/** Whether `body` is a question without properties and context, which needs no further reading. */
export function isBareEvaluation(body: unknown): body is Evaluation {
  if (typeof body !== "object" || body === null) return false;
  const { subject, action, resource, context } = body as Record<string, unknown>;
  return context === undefined && isBareEntity(subject) && isBareEntity(resource) && isBareAction(action);
}

function isBareEntity(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { type, id, properties } = value as Record<string, unknown>;
  return isName(type) && isName(id) && properties === undefined;
}

function isBareAction(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { name: given, properties } = value as Record<string, unknown>;
  return isName(given) && properties === undefined;
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value.length > 0 && value.length <= maxNameLength;
}

const maxEvaluations = 1_000;

const anyObject = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { message: "expected a JSON object" },
);

/** Several questions; what they share stands above them. Each is read on its own, so that one fault does not fail all. */
export const evaluationsRequest = z.object({
  evaluations: z.array(anyObject).max(maxEvaluations).optional(),
  subject: z.unknown().optional(),
  action: z.unknown().optional(),
  resource: z.unknown().optional(),
  context: z.unknown().optional(),
  options: z.object({ evaluations_semantic: z.enum(semantics).default("execute_all") }).optional(),
});

const page = z
  .object({ token: z.string().max(8_192).optional(), limit: z.number().int().min(1).max(1_000).optional() })
  .optional();
const shared = { context: attributesSchema.optional(), page };

/** What is looked for has a type and no id. */
export const subjectSearch = z.object({ subject: z.object({ type: name }), action, resource, ...shared });
export const resourceSearch = z.object({ subject, action, resource: z.object({ type: name }), ...shared });
export const actionSearch = z.object({ subject, resource, ...shared });
export type SearchPageRequest = z.infer<typeof page>;
