import { z } from "zod";
import { keyword, mapping, tagList, text } from "../schema.ts";

/** What attributes hold; nulls are read as absent before. */
export const attributeValue: z.ZodType<AttributeTree> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(attributeValue), z.record(z.string(), attributeValue)]),
);
type AttributeTree = string | number | boolean | readonly AttributeTree[] | { readonly [key: string]: AttributeTree };

/** `user:` (docs/adr/0050). The resource's name is the user's id. */
export const userSection = mapping({
  type: keyword(["person", "application"]),
  name: text.optional(),
  email: z
    .string()
    .max(320)
    .regex(/^[^@\s]+@[^@\s]+$/, { message: "expected a mail address such as `alice@example.com`" })
    .optional(),
  tags: tagList.optional(),
  attributes: z.record(z.string(), attributeValue).optional(),
});
export type UserSection = z.infer<typeof userSection>;

/** `role:` (docs/adr/0050). The resource's name is the role's id; subjects hold it as the tag `roles:id:<name>`. */
export const roleSection = mapping({ name: text.optional(), description: text.optional() });
export type RoleSection = z.infer<typeof roleSection>;
