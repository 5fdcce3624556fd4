import { z } from "zod";
import { keyword, mapping, opt, req, tagList, text } from "../schema.ts";

/** What attributes hold; nulls are read as absent before. */
export const attributeValue: z.ZodType<AttributeTree> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(attributeValue), z.record(z.string(), attributeValue)]),
);
type AttributeTree = string | number | boolean | readonly AttributeTree[] | { readonly [key: string]: AttributeTree };

/** `user:` (docs/adr/0050). The resource's name is the user's id. */
export const userSection = mapping({
  type: req(keyword(["person", "application"]), "a person, or a program"),
  name: opt(text, "a name for people"),
  email: opt(
    z
      .string()
      .max(320)
      .regex(/^[^@\s]+@[^@\s]+$/, { message: "expected a mail address such as `alice@example.com`" }),
    "mail address",
  ),
  tags: opt(tagList, "tags that policies look at, e.g. `roles:id:data-dev`"),
  attributes: opt(
    z.record(z.string(), attributeValue),
    "what conditions of policies look at, e.g. `department: sales`",
  ),
});
export type UserSection = z.infer<typeof userSection>;

/** `role:` (docs/adr/0050). The resource's name is the role's id; subjects hold it as the tag `roles:id:<name>`. */
export const roleSection = mapping({ name: opt(text, "a name for people"), description: opt(text, "what it is for") });
export type RoleSection = z.infer<typeof roleSection>;
