import { z } from "zod";
import type { ResourceType } from "../ports.ts";
import { headOf } from "./head.ts";
import { nameRules } from "./names.ts";
import { inAnyCase, jsonTypes, mapping } from "./schema.ts";
import { grammars } from "./types/index.ts";

/**
 * The grammar of manifests of one type and version as JSON Schema (draft 2020-12), for editors. It has the spellings to prefer: those
 * that are only tolerated (docs/resources.md) are not in it, and what one key asks of another is for `lint` to say.
 */
export function toJsonSchema(type: ResourceType, version: string): Readonly<Record<string, unknown>> {
  const section = grammars[type].schemas[version];
  if (section === undefined) throw new TypeError(`no version ${version} of ${type}`);
  const { title: _title, ...head } = headOf(type).shape;
  const { pattern, maxLength, words } = nameRules[type];
  const name = z.string().max(maxLength).regex(pattern).describe(`name of the ${type}: ${words}`);
  const manifest = mapping({
    ...head,
    name,
    version: z.literal(version).describe("version of the grammar"),
    type: z.literal(type).describe("type of the resource"),
    [type]: section.describe(`what a ${type} is made of`),
  });
  const schema = z.toJSONSchema(manifest, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (inAnyCase.has(zodSchema)) publishSpellings(jsonSchema);
      const types = jsonTypes.get(zodSchema);
      if (types) jsonSchema.type = types as unknown as "string";
    },
  });
  return { $id: `urn:dataos:schema:${type}:${version}`, title: `${type} (${version})`, ...schema };
}

/** Fixed words are proposed as they are and taken in any letter case. */
function publishSpellings(schema: z.core.JSONSchema.BaseSchema): void {
  const { enum: words = [], type: _type, ...rest } = schema;
  const anyCase = words.map((word) =>
    String(word).replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`),
  );
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, rest, { anyOf: [{ enum: words }, { type: "string", pattern: `^(?:${anyCase.join("|")})$` }] });
}
